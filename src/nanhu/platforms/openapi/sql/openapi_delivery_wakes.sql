CREATE OR REPLACE FUNCTION openapi_delivery_wakes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NOTIFY openapi;
    RETURN NULL;
END $$;
