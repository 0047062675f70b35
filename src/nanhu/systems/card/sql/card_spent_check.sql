-- A corrected sale is a sale that was not made, and one the school bears is not the holder's: it counts toward no limit any more, like one refunded.
-- Counters and receipts tell the same story (tests, and a look by hand); days whose rows were forgotten are left out.
CREATE OR REPLACE FUNCTION card_spent_check(since date)
RETURNS TABLE (wallet bigint, on_day date, in_meal smallint, counted_fen bigint, receipts_fen bigint) LANGUAGE sql STABLE AS $$
    WITH paper AS (
        SELECT r.wallet_id, card_day(coalesce(s.occurred_at, h.begun_at, r.occurred_at)) AS day,
               coalesce(s.meal, h.meal, r.meal) AS meal,
               sum(CASE WHEN r.kind IN ('payment', 'stored', 'hold') THEN r.amount_fen ELSE -r.amount_fen END)::bigint AS fen
        FROM card_receipt r
        LEFT JOIN card_receipt s ON s.id = r.reverses_id
        LEFT JOIN card_hold h ON r.id IN (h.release_receipt_id, h.payment_receipt_id)
        WHERE r.outcome = 'posted' AND (r.kind IN ('payment', 'stored', 'hold', 'reversal', 'refund', 'release')
                                        OR (r.kind = 'correction_in' AND s.kind IN ('payment', 'stored')))
        GROUP BY 1, 2, 3
    )
    SELECT coalesce(p.wallet_id, s.wallet_id), coalesce(p.day, s.day), coalesce(p.meal, s.meal), s.fen, p.fen
    FROM paper p FULL JOIN card_spent s ON s.wallet_id = p.wallet_id AND s.day = p.day AND s.meal = p.meal
    WHERE coalesce(p.day, s.day) >= since AND coalesce(p.fen, 0) <> coalesce(s.fen, 0)
$$;
