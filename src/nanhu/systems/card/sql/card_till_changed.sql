-- The gateway keeps whose a till is in memory, beside its terminal's key.
CREATE OR REPLACE FUNCTION card_till_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('terminals', NEW.terminal_id::text);
    RETURN NULL;
END $$;
