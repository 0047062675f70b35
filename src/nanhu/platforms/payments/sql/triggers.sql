CREATE TRIGGER payments_payout_move BEFORE INSERT OR UPDATE ON payments_payout
    FOR EACH ROW EXECUTE FUNCTION payments_payout_move();

CREATE TRIGGER payments_payout_keep BEFORE DELETE ON payments_payout
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('payouts are kept for ever');

CREATE TRIGGER payments_payout_keep_all BEFORE TRUNCATE ON payments_payout
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('payouts are kept for ever');
