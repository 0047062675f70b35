CREATE TRIGGER payments_payout_move BEFORE INSERT OR UPDATE ON payments_payout
    FOR EACH ROW EXECUTE FUNCTION payments_payout_move();

CREATE TRIGGER payments_payout_keep BEFORE DELETE ON payments_payout
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('payouts are kept for ever');

CREATE TRIGGER payments_payout_keep_all BEFORE TRUNCATE ON payments_payout
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('payouts are kept for ever');

CREATE TRIGGER payments_day_difference_is_explained_apart AFTER INSERT OR UPDATE OF noted_by_id, close_id ON payments_day_difference
    FOR EACH ROW WHEN (NEW.noted_by_id IS NOT NULL) EXECUTE FUNCTION payments_day_apart('close_id');

CREATE TRIGGER payments_day_close_is_run_apart AFTER INSERT OR UPDATE OF closer_ids ON payments_day_close
    FOR EACH ROW EXECUTE FUNCTION payments_day_apart('day');
