CREATE OR REPLACE FUNCTION card_vendor_delivery_wakes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NOTIFY card_vendors;
    RETURN NULL;
END $$;
