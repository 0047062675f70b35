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

-- What arrived is booked as it was told, once, and is never removed.

CREATE TRIGGER payments_deposit_is_kept BEFORE DELETE ON payments_deposit
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('deposits are never removed');

CREATE TRIGGER payments_deposit_stays BEFORE UPDATE ON payments_deposit
    FOR EACH ROW WHEN (OLD.state <> 'asked' OR
        (OLD.token, OLD.channel_id, OLD.source, OLD.acquirer_id, OLD.day, OLD.amount_fen, OLD.fee_fen, OLD.reference, OLD.author_id)
            IS DISTINCT FROM (NEW.token, NEW.channel_id, NEW.source, NEW.acquirer_id, NEW.day, NEW.amount_fen, NEW.fee_fen, NEW.reference, NEW.author_id))
    EXECUTE FUNCTION ledger_refuse('a deposit is booked as it was told');
