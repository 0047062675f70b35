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
CREATE TRIGGER card_claim_order_resolves_once BEFORE UPDATE ON card_claim_order
    FOR EACH ROW WHEN (
        (OLD.public_id, OLD.wallet_id, OLD.card_id, OLD.amount_fen, OLD.settles_fen, OLD.online_counter, OLD.begun_at)
            IS DISTINCT FROM
        (NEW.public_id, NEW.wallet_id, NEW.card_id, NEW.amount_fen, NEW.settles_fen, NEW.online_counter, NEW.begun_at)
        OR OLD.state <> 'writing')
    EXECUTE FUNCTION ledger_refuse('a claim is resolved once and keeps its sum');

-- At the end of every transaction that touched a wallet's claimables: they are what its pending account holds.
CREATE FUNCTION card_funds_hold() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    waiting bigint;
    held bigint;
BEGIN
    SELECT coalesce(sum(c.amount_fen - c.set_off_fen), 0) INTO waiting
        FROM card_claimable c WHERE c.wallet_id = NEW.wallet_id AND c.state IN ('waiting', 'writing');
    SELECT coalesce(sum(b.balance_fen), 0) INTO held
        FROM card_pending p JOIN ledger_balance b ON b.account_id = p.account_id WHERE p.wallet_id = NEW.wallet_id;
    IF waiting <> held THEN
        RAISE EXCEPTION 'card: wallet % has % fen in claimables and % fen pending', NEW.wallet_id, waiting, held
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER card_claimable_holds AFTER INSERT OR UPDATE ON card_claimable
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION card_funds_hold();

-- An order and its claimables say the same sum. An empty answer is sound.
CREATE FUNCTION card_funds_check() RETURNS TABLE (what text, wallet_id bigint, claimables_fen bigint, held_fen bigint)
LANGUAGE sql STABLE AS $$
    WITH open AS (
        SELECT c.wallet_id, sum(c.amount_fen - c.set_off_fen)::bigint AS fen FROM card_claimable c
        WHERE c.state IN ('waiting', 'writing') GROUP BY c.wallet_id
    ), held AS (
        SELECT p.wallet_id, b.balance_fen AS fen FROM card_pending p JOIN ledger_balance b ON b.account_id = p.account_id
    ), claimed AS (
        SELECT c.order_id, sum(c.amount_fen - c.set_off_fen)::bigint AS fen FROM card_claimable c
        WHERE c.state IN ('writing', 'claimed') GROUP BY c.order_id
    )
    SELECT 'pending_differs', coalesce(open.wallet_id, held.wallet_id), coalesce(open.fen, 0), coalesce(held.fen, 0)
        FROM open FULL JOIN held ON held.wallet_id = open.wallet_id WHERE coalesce(open.fen, 0) <> coalesce(held.fen, 0)
    UNION ALL
    SELECT 'order_differs', o.wallet_id, coalesce(claimed.fen, 0), o.amount_fen
        FROM card_claim_order o LEFT JOIN claimed ON claimed.order_id = o.id
        WHERE o.state IN ('writing', 'written') AND coalesce(claimed.fen, 0) <> o.amount_fen
    UNION ALL
    SELECT 'receipt_differs', o.wallet_id, o.amount_fen, r.amount_fen
        FROM card_claim_order o LEFT JOIN card_receipt r ON r.id = o.receipt_id
        WHERE o.state = 'written' AND (r.id IS NULL OR r.kind <> 'claim' OR r.amount_fen <> o.amount_fen)
$$;
