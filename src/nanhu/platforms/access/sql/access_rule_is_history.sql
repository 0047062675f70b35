-- What is never changed, and the one way each row may move on.

CREATE OR REPLACE FUNCTION access_rule_is_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.withdrawn_at IS NOT NULL OR NEW.withdrawn_at IS NULL
       OR to_jsonb(NEW) - 'withdrawn_at' - 'withdrawn_by_name' <> to_jsonb(OLD) - 'withdrawn_at' - 'withdrawn_by_name' THEN
        RAISE EXCEPTION 'rules of doors are withdrawn and written anew, never changed';
    END IF;
    RETURN NEW;
END $$;
