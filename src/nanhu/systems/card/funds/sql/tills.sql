-- Shifts and withdrawals are kept, closed and decided once.

CREATE TRIGGER card_shift_is_kept BEFORE DELETE ON card_shift
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('shifts are never removed');
CREATE TRIGGER card_shift_closes_once BEFORE UPDATE ON card_shift
    FOR EACH ROW WHEN (OLD.state = 'closed' OR (OLD.clerk_id, OLD.float_fen, OLD.opened_at)
                       IS DISTINCT FROM (NEW.clerk_id, NEW.float_fen, NEW.opened_at))
    EXECUTE FUNCTION ledger_refuse('a shift is closed once');
CREATE TRIGGER card_withdrawal_is_kept BEFORE DELETE ON card_withdrawal
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('withdrawals are never removed');
CREATE TRIGGER card_withdrawal_is_decided_once BEFORE UPDATE ON card_withdrawal
    FOR EACH ROW WHEN (
        (OLD.token, OLD.card_id, OLD.amount_fen, OLD.account_tail, OLD.requester_id)
            IS DISTINCT FROM (NEW.token, NEW.card_id, NEW.amount_fen, NEW.account_tail, NEW.requester_id)
        OR (OLD.state, NEW.state) NOT IN (('asked', 'approved'), ('asked', 'refused'), ('approved', 'paid')))
    EXECUTE FUNCTION ledger_refuse('a withdrawal is decided once, as it was asked');
