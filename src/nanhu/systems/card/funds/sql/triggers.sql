-- What waits to be claimed: each sum is claimed, returned or set off once, an order is resolved once, and what waits is what
-- the pending account holds. Who changes a claimable holds its wallet's balances locked (docs/rooms/card-funds.md).

CREATE TRIGGER card_claimable_is_kept BEFORE DELETE ON card_claimable
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('claimables are never removed');

CREATE TRIGGER card_claimable_all_kept BEFORE TRUNCATE ON card_claimable
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('claimables are never removed');

CREATE TRIGGER card_claimable_ends_once BEFORE UPDATE ON card_claimable
    FOR EACH ROW WHEN (
        (OLD.key, OLD.wallet_id, OLD.source, OLD.amount_fen, OLD.from_account_id, OLD.from_card_id, OLD.entry_id, OLD.available_at)
            IS DISTINCT FROM
        (NEW.key, NEW.wallet_id, NEW.source, NEW.amount_fen, NEW.from_account_id, NEW.from_card_id, NEW.entry_id, NEW.available_at)
        OR NEW.set_off_fen < OLD.set_off_fen
        OR (NEW.set_off_fen <> OLD.set_off_fen AND OLD.state <> 'waiting')
        OR (OLD.state, NEW.state) NOT IN (
            ('waiting', 'waiting'), ('waiting', 'writing'), ('waiting', 'returned'), ('waiting', 'set_off'),
            ('writing', 'waiting'), ('writing', 'claimed')))
    EXECUTE FUNCTION ledger_refuse('a claimable ends once and keeps its sum');

CREATE TRIGGER card_claim_order_is_kept BEFORE DELETE ON card_claim_order
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('claims are never removed');

CREATE TRIGGER card_claim_order_all_kept BEFORE TRUNCATE ON card_claim_order
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('claims are never removed');

CREATE CONSTRAINT TRIGGER card_claimable_holds AFTER INSERT OR UPDATE ON card_claimable
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION card_funds_hold();

-- A reissue is done once and kept; a replaced card never lives again, whoever writes the table.

CREATE TRIGGER card_reissue_is_kept BEFORE DELETE ON card_reissue
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('reissues are never removed');

CREATE TRIGGER card_reissue_ends_once BEFORE UPDATE ON card_reissue
    FOR EACH ROW WHEN ((OLD.key, OLD.old_card_id) IS DISTINCT FROM (NEW.key, NEW.old_card_id) OR OLD.state <> 'making')
    EXECUTE FUNCTION ledger_refuse('a reissue ends once');

CREATE TRIGGER card_replaced_stays_replaced BEFORE UPDATE OF state ON card_card
    FOR EACH ROW WHEN (OLD.state = 'replaced' AND NEW.state NOT IN ('replaced', 'closed'))
    EXECUTE FUNCTION ledger_refuse('a replaced card never lives again');

-- Batches keep what was approved, and are posted piece by piece, each row once.

CREATE TRIGGER card_payout_batch_is_kept BEFORE DELETE ON card_payout_batch
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('batches are never removed');

CREATE TRIGGER card_payout_batch_keeps_what_was_made BEFORE UPDATE ON card_payout_batch
    FOR EACH ROW WHEN (
        (OLD.token, OLD.source, OLD.title, OLD.funding_id, OLD.row_count, OLD.sum_fen, OLD.expires_on, OLD.file_digest, OLD.author_id)
            IS DISTINCT FROM
        (NEW.token, NEW.source, NEW.title, NEW.funding_id, NEW.row_count, NEW.sum_fen, NEW.expires_on, NEW.file_digest, NEW.author_id)
        OR (OLD.approver_id IS NOT NULL AND OLD.approver_id IS DISTINCT FROM NEW.approver_id)
        OR (OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (
            ('checked', 'submitted'), ('checked', 'refused'), ('checked', 'discarded'), ('submitted', 'discarded'), ('submitted', 'posting'),
            ('submitted', 'refused'), ('posting', 'posted'))))
    EXECUTE FUNCTION ledger_refuse('a batch is approved as it was made');

CREATE TRIGGER card_payout_row_is_kept BEFORE DELETE ON card_payout_row
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('rows of batches are never removed');

CREATE TRIGGER card_payout_row_is_posted_once BEFORE UPDATE ON card_payout_row
    FOR EACH ROW WHEN ((OLD.batch_id, OLD.wallet_id, OLD.amount_fen) IS DISTINCT FROM (NEW.batch_id, NEW.wallet_id, NEW.amount_fen)
                       OR OLD.claimable_id IS NOT NULL)
    EXECUTE FUNCTION ledger_refuse('a row is posted once, as it was approved');

-- Withdrawals are kept and decided once.

CREATE TRIGGER card_withdrawal_is_kept BEFORE DELETE ON card_withdrawal
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('withdrawals are never removed');

CREATE TRIGGER card_withdrawal_is_decided_once BEFORE UPDATE ON card_withdrawal
    FOR EACH ROW WHEN (
        (OLD.token, OLD.card_id, OLD.amount_fen, OLD.account_tail, OLD.author_id)
            IS DISTINCT FROM (NEW.token, NEW.card_id, NEW.amount_fen, NEW.account_tail, NEW.author_id)
        OR (OLD.state, NEW.state) NOT IN (('asked', 'approved'), ('asked', 'refused'), ('approved', 'paid')))
    EXECUTE FUNCTION ledger_refuse('a withdrawal is decided once, as it was asked');

CREATE TRIGGER card_deduction_is_kept BEFORE UPDATE OR DELETE ON card_deduction
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('a deduction is never changed, reverse its entry');

CREATE TRIGGER card_claim_order_resolves_once BEFORE UPDATE ON card_claim_order
    FOR EACH ROW WHEN (
        (OLD.public_id, OLD.wallet_id, OLD.card_id, OLD.amount_fen, OLD.settles_fen, OLD.begun_at)
            IS DISTINCT FROM
        (NEW.public_id, NEW.wallet_id, NEW.card_id, NEW.amount_fen, NEW.settles_fen, NEW.begun_at)
        OR (OLD.authorised_at <> '' AND (OLD.online_counter, OLD.offline_counter, OLD.chip_balance_fen, OLD.authorised_at, OLD.challenge_fen)
                IS DISTINCT FROM (NEW.online_counter, NEW.offline_counter, NEW.chip_balance_fen, NEW.authorised_at, NEW.challenge_fen))
        OR (NEW.state = 'not_written' AND NEW.authorised_at <> '' AND NEW.settled_by NOT IN ('counter', 'reissue'))
        OR OLD.state <> 'writing')
    EXECUTE FUNCTION ledger_refuse('a claim is resolved once and keeps its sum');

-- No cash is taken between the count of a drawer and the hand-over.

CREATE TRIGGER card_reissue_fee_is_in_a_shift BEFORE INSERT OR UPDATE ON card_reissue
    FOR EACH ROW WHEN (NEW.is_fee_cash AND NEW.state = 'done' AND NEW.fee_fen > 0 AND NEW.clerk_id IS NOT NULL)
    EXECUTE FUNCTION card_shift_takes_cash();
