-- A row ends once. Otherwise only its sealed part is written anew, under another key of the keyring.
CREATE OR REPLACE FUNCTION datahub_shared_row_is_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (OLD.valid_to IS NULL OR OLD.valid_to = NEW.valid_to)
            AND ROW(OLD.id, OLD.table_key, OLD.key, OLD.data, OLD.is_removed, OLD.landing_id, OLD.batch_id, OLD.actor, OLD.valid_from)
                IS NOT DISTINCT FROM ROW(NEW.id, NEW.table_key, NEW.key, NEW.data, NEW.is_removed, NEW.landing_id, NEW.batch_id, NEW.actor, NEW.valid_from)
            AND (OLD.sealed IS NULL) = (NEW.sealed IS NULL) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'rows of shared tables are history: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
