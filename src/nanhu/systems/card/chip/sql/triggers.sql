-- What a chip proved is never changed or removed.
CREATE TRIGGER card_chip_row_keeps_rows BEFORE UPDATE OR DELETE ON card_chip_row
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('chip rows are never changed');

CREATE TRIGGER card_chip_row_keeps_all BEFORE TRUNCATE ON card_chip_row
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('chip rows are never removed');
