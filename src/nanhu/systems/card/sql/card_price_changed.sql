CREATE OR REPLACE FUNCTION card_price_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('card_terminal', NEW.terminal_id::text);
    RETURN NULL;
END $$;
