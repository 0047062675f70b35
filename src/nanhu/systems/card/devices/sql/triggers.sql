-- What a terminal was told is never told differently later.
CREATE TRIGGER card_device_request_keeps_rows BEFORE UPDATE OR DELETE ON card_device_request
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('answers to terminals are never changed');

CREATE TRIGGER card_device_request_keeps_all BEFORE TRUNCATE ON card_device_request
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('answers to terminals are never removed');

CREATE TRIGGER card_device_request_takes_its_sequence AFTER INSERT ON card_device_request
    FOR EACH ROW EXECUTE FUNCTION card_device_request_takes_its_sequence();
