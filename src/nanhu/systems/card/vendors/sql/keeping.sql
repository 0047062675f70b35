-- What a vendor was told is never changed. Sequences of the terminals that stand for vendors come from one row of numbers.

CREATE SEQUENCE card_vendor_sequence AS bigint;

CREATE TRIGGER card_vendor_request_keeps_rows BEFORE UPDATE OR DELETE ON card_vendor_request
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('what a vendor was told is never changed');
CREATE TRIGGER card_vendor_request_keeps_all BEFORE TRUNCATE ON card_vendor_request
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('what a vendor was told is never removed');

-- A key is for one mode and one vendor for ever, and once revoked it stays so.
CREATE FUNCTION card_vendor_key_keeps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.vendor_id, OLD.mode, OLD.number, OLD.secret_hash) IS DISTINCT FROM (NEW.vendor_id, NEW.mode, NEW.number, NEW.secret_hash)
       OR (OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at) THEN
        RAISE EXCEPTION 'a key of a vendor is revoked, never changed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER card_vendor_key_keeps BEFORE UPDATE ON card_vendor_key FOR EACH ROW EXECUTE FUNCTION card_vendor_key_keeps();

CREATE FUNCTION card_vendor_delivery_wakes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NOTIFY card_vendors;
    RETURN NULL;
END $$;
CREATE TRIGGER card_vendor_delivery_wakes AFTER INSERT ON card_vendor_delivery
    FOR EACH STATEMENT EXECUTE FUNCTION card_vendor_delivery_wakes();
