-- A timeline and the body of a version are history: rows are added, never changed and never taken away.
CREATE OR REPLACE FUNCTION flows_is_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'flows: % is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
