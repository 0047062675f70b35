CREATE TRIGGER card_deduction_is_kept BEFORE UPDATE OR DELETE ON card_deduction
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('a deduction is never changed, reverse its entry');
