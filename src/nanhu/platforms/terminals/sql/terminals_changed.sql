-- The gateway keeps terminals' keys in memory; it hears at once when one changes.
CREATE OR REPLACE FUNCTION terminals_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('terminals', NEW.number);
    RETURN NULL;
END $$;
