CREATE TRIGGER card_vendor_request_keeps_rows BEFORE UPDATE OR DELETE ON card_vendor_request
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('what a vendor was told is never changed');

CREATE TRIGGER card_vendor_request_keeps_all BEFORE TRUNCATE ON card_vendor_request
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('what a vendor was told is never removed');

CREATE TRIGGER card_vendor_key_keeps BEFORE UPDATE ON card_vendor_key FOR EACH ROW EXECUTE FUNCTION card_vendor_key_keeps();

CREATE TRIGGER card_vendor_delivery_wakes AFTER INSERT ON card_vendor_delivery
    FOR EACH STATEMENT EXECUTE FUNCTION card_vendor_delivery_wakes();
