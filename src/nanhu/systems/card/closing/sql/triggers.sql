CREATE TRIGGER card_settlement_keeps_rows BEFORE UPDATE OR DELETE ON card_settlement
    FOR EACH ROW EXECUTE FUNCTION card_settlement_keep();

CREATE TRIGGER card_correction_keeps_what_was_asked BEFORE UPDATE OF receipt_id, reason, author_id, token ON card_correction
    FOR EACH ROW WHEN ((OLD.receipt_id, OLD.reason, OLD.author_id, OLD.token)
                       IS DISTINCT FROM (NEW.receipt_id, NEW.reason, NEW.author_id, NEW.token))
    EXECUTE FUNCTION ledger_refuse('what was asked stays');

CREATE TRIGGER card_correction_is_decided_once BEFORE UPDATE ON card_correction
    FOR EACH ROW WHEN (OLD.state <> 'pending') EXECUTE FUNCTION ledger_refuse('a correction is decided once');

CREATE TRIGGER card_correction_is_kept BEFORE DELETE ON card_correction
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('corrections are never removed');

CREATE TRIGGER card_payout_is_confirmed_apart BEFORE UPDATE OF confirmer_id ON card_payout_file
    FOR EACH ROW WHEN (NEW.confirmer_id IS NOT NULL) EXECUTE FUNCTION card_payout_apart();

CREATE TRIGGER card_day_difference_is_explained_apart AFTER INSERT OR UPDATE OF noted_by_id, close_id ON card_day_difference
    FOR EACH ROW WHEN (NEW.noted_by_id IS NOT NULL) EXECUTE FUNCTION card_day_apart('close_id');

CREATE TRIGGER card_day_close_is_run_apart AFTER INSERT OR UPDATE OF closer_ids ON card_day_close
    FOR EACH ROW EXECUTE FUNCTION card_day_apart('day');
