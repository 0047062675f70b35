CREATE OR REPLACE FUNCTION card_load_wake() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('card_bank', '');
    RETURN NULL;
END $$;
