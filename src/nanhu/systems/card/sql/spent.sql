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
