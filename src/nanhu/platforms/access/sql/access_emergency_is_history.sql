CREATE OR REPLACE FUNCTION access_emergency_is_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.closed_at IS NOT NULL OR NEW.closed_at IS NULL
       OR to_jsonb(NEW) - 'closed_at' - 'closed_by_name' <> to_jsonb(OLD) - 'closed_at' - 'closed_by_name' THEN
        RAISE EXCEPTION 'an emergency is ended, never changed';
    END IF;
    RETURN NEW;
END $$;
