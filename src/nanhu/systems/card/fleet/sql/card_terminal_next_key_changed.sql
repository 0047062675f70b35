CREATE OR REPLACE FUNCTION card_terminal_next_key_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('card_terminal', '');
    RETURN NULL;
END $$;
