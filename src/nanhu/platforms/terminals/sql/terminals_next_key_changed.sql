CREATE OR REPLACE FUNCTION terminals_next_key_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('terminals', '');
    RETURN NULL;
END $$;
