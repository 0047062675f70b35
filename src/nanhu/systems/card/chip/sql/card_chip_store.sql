-- card_chip_store as in store.sql, but the chip's record keeps to the card's own order: a purchase made before the last load
-- (its online counter is behind, or its counter is below what that load was told) adds its count and leaves the balance alone.

CREATE OR REPLACE FUNCTION card_chip_store(terminal bigint, batch json, policy json)
RETURNS TABLE (n integer, outcome text, receipt_id bigint, amount_fen bigint, owed_fen bigint, balance_fen bigint)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    judged json;
    told jsonb;
BEGIN
    -- As card_store, which takes it too: before all other locks, and without waiting. Then in the order of every posting: balances first,
    -- then chips.
    IF NOT pg_try_advisory_xact_lock(hashtextextended('card.cases:' || terminal, 0)) THEN
        RETURN QUERY SELECT r.n, 'terminal_limit', NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint
            FROM json_to_recordset(batch) AS r(n integer);
        RETURN;
    END IF;
    PERFORM FROM ledger_balance b
        WHERE b.account_id IN (
            SELECT unnest(ARRAY[w.account_id, w.receivable_id]) FROM json_to_recordset(batch) AS r(u text)
            JOIN card_card c ON c.uid = r.u JOIN card_wallet w ON w.account_id = c.wallet_id)
        ORDER BY b.account_id FOR UPDATE;
    PERFORM FROM card_chip k
        WHERE k.card_id IN (SELECT c.id FROM json_to_recordset(batch) AS r(u text) JOIN card_card c ON c.uid = r.u)
        ORDER BY k.id FOR UPDATE;

    WITH element AS (
        SELECT e.value AS whole, (e.value->>'n')::integer AS n, e.value->'chip' AS chip, k.id AS chip_id, (e.value->>'x') AS x,
               row_number() OVER (PARTITION BY k.id, e.value->'chip'->>'c', e.value->'chip'->>'ok' ORDER BY (e.value->>'s')::bigint) AS turn,
               row_number() OVER (PARTITION BY e.value->'chip'->>'q', e.value->'chip'->>'ok' ORDER BY (e.value->>'s')::bigint) AS term_turn
        FROM jsonb_array_elements(batch::jsonb) AS e
        LEFT JOIN card_card c ON c.uid = e.value->>'u'
        LEFT JOIN card_chip k ON k.card_id = c.id
    )
    SELECT json_agg(CASE
            WHEN e.chip IS NULL OR e.x IS NOT NULL THEN e.whole
            WHEN NOT (e.chip->>'ok')::boolean THEN e.whole || '{"x": "tac_wrong"}'
            WHEN e.turn > 1 OR e.term_turn > 1
                 OR EXISTS (SELECT FROM card_chip_row r WHERE r.chip_id = e.chip_id AND r.kind = 'purchase'
                            AND r.counter = (e.chip->>'c')::integer)
                 OR EXISTS (SELECT FROM card_chip_row r WHERE r.terminal_id = terminal AND r.term_seq = (e.chip->>'q')::bigint)
                THEN e.whole || '{"x": "chip_counter_reused"}'
            ELSE e.whole END ORDER BY e.n)
    INTO judged FROM element e;

    SELECT jsonb_agg(to_jsonb(s)) INTO told FROM card_store(terminal, judged, policy) AS s;

    WITH stored AS (
        SELECT k.id AS chip_id, t.receipt_id, (e.value->>'a')::bigint AS fen, (e.value->'chip'->>'c')::integer AS c,
               coalesce((e.value->'chip'->>'l')::integer, k.online_counter) AS l, (e.value->'chip'->>'b')::bigint AS b,
               (e.value->'chip'->>'q')::bigint AS q, e.value->'chip'->>'t' AS tac,
               to_timestamp((e.value->'chip'->>'o')::double precision) AS at
        FROM jsonb_to_recordset(told) AS t(n integer, outcome text, receipt_id bigint)
        JOIN jsonb_array_elements(batch::jsonb) AS e ON (e.value->>'n')::integer = t.n
        JOIN card_card c ON c.uid = e.value->>'u' JOIN card_chip k ON k.card_id = c.id
        WHERE t.outcome = 'posted' AND e.value->'chip' IS NOT NULL
          AND NOT EXISTS (SELECT FROM card_chip_row r WHERE r.receipt_id = t.receipt_id)
    ), noted AS (
        INSERT INTO card_chip_row (chip_id, kind, counter, amount_fen, balance_before_fen, terminal_id, term_seq, tac, at,
                                   receipt_id, created_at)
        SELECT s.chip_id, 'purchase', s.c, s.fen, s.b, terminal, s.q, s.tac, s.at, s.receipt_id, now() FROM stored s
    ), counted AS (
        SELECT s.chip_id, max(s.c) + 1 AS purchases FROM stored s GROUP BY s.chip_id
    ), latest AS (
        SELECT DISTINCT ON (s.chip_id) s.* FROM stored s JOIN card_chip k ON k.id = s.chip_id
        LEFT JOIN card_chip_row x ON x.chip_id = k.id AND x.kind = 'load' AND x.counter = k.online_counter - 1
        WHERE (s.l, s.c + 1) > (k.online_counter, greatest(k.offline_counter, x.offline_counter))
        ORDER BY s.chip_id, s.l DESC, s.c DESC
    )
    UPDATE card_chip k SET balance_fen = coalesce(s.b - s.fen, k.balance_fen), offline_counter = greatest(k.offline_counter, n.purchases),
                           online_counter = greatest(s.l, k.online_counter), seen_at = coalesce(s.at, k.seen_at)
    FROM counted n LEFT JOIN latest s ON s.chip_id = n.chip_id WHERE k.id = n.chip_id;

    INSERT INTO card_chip_suspense (terminal_id, sequence, card_id, reason, amount_fen, row, state, owner_name, answer, created_at)
    SELECT terminal, (e.value->>'s')::bigint, c.id, t.outcome, (e.value->>'a')::bigint, e.value, 'open', '校园卡管理办公室', '', now()
    FROM jsonb_to_recordset(told) AS t(n integer, outcome text)
    JOIN jsonb_array_elements(batch::jsonb) AS e ON (e.value->>'n')::integer = t.n
    LEFT JOIN card_card c ON c.uid = e.value->>'u'
    WHERE t.outcome IN ('tac_wrong', 'chip_counter_reused')
    ON CONFLICT DO NOTHING;

    RETURN QUERY SELECT s.n, s.outcome, s.receipt_id, s.amount_fen, s.owed_fen, s.balance_fen
        FROM jsonb_to_recordset(told) AS s(n integer, outcome text, receipt_id bigint, amount_fen bigint, owed_fen bigint, balance_fen bigint);
END $$;
