-- The counter's own records: a top-up is never changed; an exception is asked, decided once, used once, never removed.

CREATE TRIGGER card_top_up_keeps_rows BEFORE UPDATE OR DELETE ON card_top_up
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('a top-up is never changed, reverse its entry');
CREATE TRIGGER card_top_up_keeps_all BEFORE TRUNCATE ON card_top_up
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('top-ups are never removed');

CREATE TRIGGER card_cash_exception_is_kept BEFORE DELETE ON card_cash_exception
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('exceptions are never removed');
CREATE TRIGGER card_cash_exception_keeps_what_was_asked BEFORE UPDATE ON card_cash_exception
    FOR EACH ROW WHEN ((OLD.card_id, OLD.amount_fen, OLD.reason, OLD.requester_id) IS DISTINCT FROM
                       (NEW.card_id, NEW.amount_fen, NEW.reason, NEW.requester_id)
                       OR (OLD.state, NEW.state) NOT IN (('pending', 'approved'), ('pending', 'refused'), ('approved', 'used'))
                       OR (OLD.approver_id IS NOT NULL AND OLD.approver_id IS DISTINCT FROM NEW.approver_id))
    EXECUTE FUNCTION ledger_refuse('an exception is asked, decided once and used once');
