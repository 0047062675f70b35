-- An order and its claimables say the same sum. An empty answer is sound.
CREATE OR REPLACE FUNCTION card_funds_check() RETURNS TABLE (what text, wallet_id bigint, claimables_fen bigint, held_fen bigint)
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
