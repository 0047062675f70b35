CREATE OR REPLACE FUNCTION card_revocation_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM card_revocation_note(NEW.id);
    RETURN NULL;
END $$;
