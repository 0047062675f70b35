-- Refuses what would change the history of a shared table; what may be changed its triggers say. A version that ended may lose fields that
-- its table forgets, once their days are over, says when, and stays as it was otherwise.
CREATE OR REPLACE FUNCTION datahub_shared_row_is_history() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    forgotten text[];
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT array_agg(f.name) INTO forgotten
        FROM datahub_shared_table t, jsonb_to_recordset(t.fields) AS f (name text, forget_days integer)
        WHERE t.key = OLD.table_key AND f.forget_days > 0 AND OLD.data ? f.name AND NOT NEW.data ? f.name
            AND NEW.forgotten_at - OLD.valid_to >= f.forget_days * interval '24 hours';
        IF NEW.data = OLD.data - forgotten AND NEW.forgotten_at >= coalesce(OLD.forgotten_at, NEW.forgotten_at)
            AND to_jsonb(NEW) - ARRAY['data', 'forgotten_at'] = to_jsonb(OLD) - ARRAY['data', 'forgotten_at'] THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'rows of shared tables are history: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
