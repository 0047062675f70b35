CREATE OR REPLACE FUNCTION identity_registry_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE identity_registry_version SET version = version + 1;
    RETURN NULL;
END
$$;
