CREATE TRIGGER card_receipt_keeps_rows BEFORE UPDATE OR DELETE ON card_receipt
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('receipts are never changed');

CREATE TRIGGER card_receipt_keeps_all BEFORE TRUNCATE ON card_receipt
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('receipts are never removed');

CREATE TRIGGER card_merchant_is_kept BEFORE DELETE ON card_merchant
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('merchants are never removed');

CREATE TRIGGER card_card_is_kept BEFORE DELETE ON card_card
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('cards are closed, not removed');

CREATE TRIGGER card_card_keeps_owner BEFORE UPDATE OF id, wallet_id, person_id ON card_card
    FOR EACH ROW WHEN ((OLD.id, OLD.wallet_id, OLD.person_id) IS DISTINCT FROM (NEW.id, NEW.wallet_id, NEW.person_id))
    EXECUTE FUNCTION ledger_refuse('a card stays with its owner');

CREATE TRIGGER card_wallet_is_kept BEFORE UPDATE OR DELETE ON card_wallet
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('a wallet stays with its owner');

CREATE TRIGGER card_wallet_all_kept BEFORE TRUNCATE ON card_wallet
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('a wallet stays with its owner');

-- The counter's own records: a top-up is never changed; an exception is asked, decided once, used once, never removed.

CREATE TRIGGER card_top_up_keeps_rows BEFORE UPDATE OR DELETE ON card_top_up
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('a top-up is never changed, reverse its entry');

CREATE TRIGGER card_top_up_keeps_all BEFORE TRUNCATE ON card_top_up
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('top-ups are never removed');

CREATE TRIGGER card_cash_exception_is_kept BEFORE DELETE ON card_cash_exception
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('exceptions are never removed');

CREATE TRIGGER card_cash_exception_keeps_what_was_asked BEFORE UPDATE ON card_cash_exception
    FOR EACH ROW WHEN ((OLD.card_id, OLD.amount_fen, OLD.reason, OLD.author_id) IS DISTINCT FROM
                       (NEW.card_id, NEW.amount_fen, NEW.reason, NEW.author_id)
                       OR (OLD.state, NEW.state) NOT IN (('pending', 'approved'), ('pending', 'refused'), ('approved', 'used'))
                       OR (OLD.approver_id IS NOT NULL AND OLD.approver_id IS DISTINCT FROM NEW.approver_id))
    EXECUTE FUNCTION ledger_refuse('an exception is asked, decided once and used once');

CREATE TRIGGER card_hold_is_kept BEFORE DELETE ON card_hold
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('holds are settled, not removed');

CREATE TRIGGER card_hold_keeps_what_was_held BEFORE UPDATE ON card_hold
    FOR EACH ROW WHEN ((OLD.receipt_id, OLD.wallet_id, OLD.terminal_id, OLD.merchant_id, OLD.amount_fen)
                       IS DISTINCT FROM (NEW.receipt_id, NEW.wallet_id, NEW.terminal_id, NEW.merchant_id, NEW.amount_fen)
                       OR OLD.settled_at IS NOT NULL)
    EXECUTE FUNCTION ledger_refuse('a hold is settled once');

CREATE TRIGGER card_price_tells_gateway AFTER INSERT OR UPDATE ON card_price FOR EACH ROW EXECUTE FUNCTION card_till_changed();

CREATE TRIGGER card_receipt_gives_back_once AFTER INSERT ON card_receipt
    FOR EACH ROW WHEN (NEW.reverses_id IS NOT NULL AND NEW.outcome = 'posted') EXECUTE FUNCTION card_hold_to_the_sale();

-- Who is registered sells for an open merchant.

CREATE TRIGGER card_till_is_sound BEFORE INSERT OR UPDATE OF is_on, merchant_id ON card_till
    FOR EACH ROW EXECUTE FUNCTION card_till_is_sound();

CREATE TRIGGER card_till_follows AFTER UPDATE OF kind, state ON terminals_terminal
    FOR EACH ROW EXECUTE FUNCTION card_till_follows();

CREATE TRIGGER card_till_tells_gateway AFTER INSERT OR UPDATE OF merchant_id ON card_till
    FOR EACH ROW EXECUTE FUNCTION card_till_changed();

CREATE TRIGGER card_till_is_kept BEFORE DELETE ON card_till
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('a till is switched off with its terminal, not removed');

CREATE TRIGGER card_merchant_state BEFORE UPDATE OF state ON card_merchant
    FOR EACH ROW WHEN (NEW.state <> OLD.state) EXECUTE FUNCTION card_merchant_closes();

CREATE TRIGGER card_service_takes_its_sequence AFTER INSERT ON terminals_request_log
    FOR EACH ROW EXECUTE FUNCTION card_service_takes_its_sequence();

-- A drawer is counted blind and each count stays; a shift is kept and closed once; no cash is taken between the count and
-- the hand-over.

CREATE TRIGGER card_shift_is_kept BEFORE DELETE ON card_shift
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('shifts are never removed');

CREATE TRIGGER card_shift_closes_once BEFORE UPDATE ON card_shift
    FOR EACH ROW WHEN (OLD.state = 'closed' OR (OLD.clerk_id, OLD.float_fen, OLD.opened_at)
                       IS DISTINCT FROM (NEW.clerk_id, NEW.float_fen, NEW.opened_at))
    EXECUTE FUNCTION ledger_refuse('a shift is closed once');

CREATE TRIGGER card_shift_count_is_kept BEFORE UPDATE OR DELETE ON card_shift_count
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('a count stays as it was said');

CREATE TRIGGER card_top_up_is_in_a_shift BEFORE INSERT ON card_top_up
    FOR EACH ROW EXECUTE FUNCTION card_shift_takes_cash();
