-- What a wallet spent of a day in each meal (0: between meals), moved with each payment under the wallet's lock, so that a limit
-- costs no scan. Days are the campus's; a late row counts on the day it happened. Rows of past weeks are forgotten (tasks.py).

CREATE TABLE card_spent (
    wallet_id bigint NOT NULL,
    day date NOT NULL,
    meal smallint NOT NULL,
    fen bigint NOT NULL CONSTRAINT card_spent_is_not_negative CHECK (fen >= 0),
    PRIMARY KEY (wallet_id, day, meal)
) WITH (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05);

ALTER TABLE card_receipt ADD COLUMN meal smallint NOT NULL DEFAULT 0;

-- Once reversed, but refunded in parts; and payments, which reverse nothing, need no entry in either index.
DROP INDEX card_receipt_reversed_once;
CREATE UNIQUE INDEX card_receipt_reversed_once ON card_receipt (reverses_id)
    WHERE outcome = 'posted' AND kind = 'reversal' AND reverses_id IS NOT NULL;
CREATE INDEX card_receipt_refunds_of ON card_receipt (reverses_id)
    WHERE outcome = 'posted' AND kind = 'refund' AND reverses_id IS NOT NULL;

CREATE FUNCTION card_day(moment timestamptz) RETURNS date LANGUAGE sql IMMUTABLE AS $$
    SELECT (moment AT TIME ZONE 'Asia/Shanghai')::date
$$;

CREATE FUNCTION card_unspend(wallet bigint, moment timestamptz, of_meal smallint, back_fen bigint) RETURNS void LANGUAGE sql AS $$
    UPDATE card_spent SET fen = greatest(fen - back_fen, 0)
    WHERE wallet_id = wallet AND day = card_day(moment) AND meal = of_meal
$$;

-- Counters and receipts tell the same story (tests, and a look by hand); days whose rows were forgotten are left out.
CREATE FUNCTION card_spent_check(since date)
RETURNS TABLE (wallet bigint, on_day date, in_meal smallint, counted_fen bigint, receipts_fen bigint) LANGUAGE sql STABLE AS $$
    WITH paper AS (
        SELECT r.wallet_id, card_day(coalesce(s.occurred_at, h.begun_at, r.occurred_at)) AS day,
               coalesce(s.meal, h.meal, r.meal) AS meal,
               sum(CASE WHEN r.kind IN ('payment', 'stored', 'hold') THEN r.amount_fen ELSE -r.amount_fen END)::bigint AS fen
        FROM card_receipt r
        LEFT JOIN card_receipt s ON s.id = r.reverses_id
        LEFT JOIN card_hold h ON r.id IN (h.release_receipt_id, h.payment_receipt_id)
        WHERE r.outcome = 'posted' AND r.kind IN ('payment', 'stored', 'hold', 'reversal', 'refund', 'release')
        GROUP BY 1, 2, 3
    )
    SELECT coalesce(p.wallet_id, s.wallet_id), coalesce(p.day, s.day), coalesce(p.meal, s.meal), s.fen, p.fen
    FROM paper p FULL JOIN card_spent s ON s.wallet_id = p.wallet_id AND s.day = p.day AND s.meal = p.meal
    WHERE coalesce(p.day, s.day) >= since AND coalesce(p.fen, 0) <> coalesce(s.fen, 0)
$$;
