CREATE TRIGGER card_settlement_keeps_rows BEFORE INSERT OR UPDATE OR DELETE ON card_settlement
    FOR EACH ROW EXECUTE FUNCTION card_settlement_keep();

CREATE TRIGGER card_correction_keeps_what_was_asked BEFORE UPDATE OF receipt_id, reason, is_owed_again, author_id, token ON card_correction
    FOR EACH ROW WHEN ((OLD.receipt_id, OLD.reason, OLD.is_owed_again, OLD.author_id, OLD.token)
                       IS DISTINCT FROM (NEW.receipt_id, NEW.reason, NEW.is_owed_again, NEW.author_id, NEW.token))
    EXECUTE FUNCTION ledger_refuse('what was asked stays');

CREATE TRIGGER card_correction_is_decided_once BEFORE UPDATE ON card_correction
    FOR EACH ROW WHEN (OLD.state <> 'pending') EXECUTE FUNCTION ledger_refuse('a correction is decided once');

CREATE TRIGGER card_correction_is_kept BEFORE DELETE ON card_correction
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('corrections are never removed');

CREATE TRIGGER card_payout_is_confirmed_apart BEFORE UPDATE OF confirmer_id ON card_payout_file
    FOR EACH ROW WHEN (NEW.confirmer_id IS NOT NULL) EXECUTE FUNCTION card_payout_apart();

CREATE TRIGGER card_payout_ends_once BEFORE UPDATE ON card_payout_file
    FOR EACH ROW WHEN (OLD.state <> 'made') EXECUTE FUNCTION ledger_refuse('a payout ends once');
