-- A key is for one mode and one vendor for ever, and once revoked it stays so.
CREATE OR REPLACE FUNCTION openapi_key_keeps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.vendor_id, OLD.mode, OLD.number, OLD.secret_hash) IS DISTINCT FROM (NEW.vendor_id, NEW.mode, NEW.number, NEW.secret_hash)
       OR (OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at) THEN
        RAISE EXCEPTION 'a key of a vendor is revoked, never changed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
