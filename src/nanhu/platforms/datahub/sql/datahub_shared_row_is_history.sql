-- Refuses what would change the history of a shared table; what may be changed its triggers say.
CREATE OR REPLACE FUNCTION datahub_shared_row_is_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of shared tables are history: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
