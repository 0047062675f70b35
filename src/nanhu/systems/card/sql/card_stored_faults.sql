-- card_stored_faults(terminal, batch, offline): which new rows of an upload are beyond what `hello` lets a terminal without network take,
-- and why. A stolen key can invent rows; so each limit that is told is held here, and what is beyond one charges nobody: it becomes a
-- refused receipt and a case of suspense (card_store.sql). Counts the rows that are within, for the terminal and campus's day of arrival.
-- offline: {"p": a payment, "c": a card, "t": in all, "r": rows, "age": seconds, "slack": seconds}. A row that the
-- card's own chip proved did happen: it counts, and is never refused here. The caller holds the balances.

CREATE OR REPLACE FUNCTION card_stored_faults(terminal bigint, batch json, offline json)
RETURNS TABLE (n integer, fault text)
LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
    today date := card_day(now());
    so_far card_stored_sum;
    heard_at timestamptz;
BEGIN
    INSERT INTO card_stored_sum (terminal_id, day, wallet_id, rows, fen) VALUES (terminal, today, 0, 0, 0) ON CONFLICT DO NOTHING;
    SELECT t.* INTO so_far FROM card_stored_sum t WHERE t.terminal_id = terminal AND t.day = today AND t.wallet_id = 0 FOR UPDATE;
    -- When the terminal last did something, more than an hour ago: what it kept back then it would have uploaded then. Within the hour
    -- it may have settled an open sale just before this upload. A refused row says of itself when it was: it proves nothing.
    SELECT r.occurred_at INTO heard_at FROM card_receipt r
        WHERE r.terminal_id = terminal AND r.sequence IS NOT NULL AND r.posted_at < now() - interval '1 hour'
          AND (r.kind <> 'stored' OR r.outcome = 'posted')
        ORDER BY r.sequence DESC LIMIT 1;
    RETURN QUERY
    WITH asked AS MATERIALIZED (
        SELECT r.n, r.s, r.a, to_timestamp(r.o) AS at, r.chip IS NOT NULL AS is_proven, c.id AS card_id, c.wallet_id
        FROM json_to_recordset(batch) AS r(n integer, s bigint, u text, a bigint, x text, o double precision, chip json)
        JOIN card_card c ON c.uid = r.u
        WHERE r.x IS NULL AND r.a IS NOT NULL
          AND NOT EXISTS (SELECT FROM card_receipt q WHERE q.terminal_id = terminal AND q.sequence = r.s)
    ), alone AS MATERIALIZED (
        SELECT a.*, CASE
                WHEN a.is_proven THEN NULL
                WHEN a.a > (offline ->> 'p')::bigint THEN 'offline_payment'
                WHEN a.at < now() - make_interval(secs => (offline ->> 'age')::integer)
                  OR a.at < heard_at - make_interval(secs => (offline ->> 'slack')::integer) THEN 'offline_too_old'
                WHEN EXISTS (SELECT FROM card_chip k WHERE k.card_id = a.card_id) THEN 'chip_missing' END AS fault
        FROM asked a
    ), summed AS MATERIALIZED (
        SELECT a.n, a.a, a.wallet_id, a.is_proven, so_far.rows + row_number() OVER (ORDER BY a.s) AS rows,
               so_far.fen + sum(a.a) OVER (ORDER BY a.s) AS fen,
               coalesce(t.fen, 0) + sum(a.a) OVER (PARTITION BY a.wallet_id ORDER BY a.s) AS card_fen
        FROM alone a
        LEFT JOIN card_stored_sum t ON t.terminal_id = terminal AND t.day = today AND t.wallet_id = a.wallet_id
        WHERE a.fault IS NULL
    ), judged AS MATERIALIZED (
        SELECT s.*, CASE WHEN s.is_proven THEN NULL
                         WHEN s.card_fen > (offline ->> 'c')::bigint THEN 'offline_card'
                         WHEN s.rows > (offline ->> 'r')::bigint THEN 'offline_rows'
                         WHEN s.fen > (offline ->> 't')::bigint THEN 'offline_total' END AS fault
        FROM summed s
    ), counted AS (
        INSERT INTO card_stored_sum AS t (terminal_id, day, wallet_id, rows, fen)
        SELECT terminal, today, k.wallet_id, k.rows, k.fen
        FROM (SELECT j.wallet_id, count(*)::integer AS rows, sum(j.a)::bigint AS fen FROM judged j WHERE j.fault IS NULL GROUP BY j.wallet_id
              UNION ALL
              SELECT 0, count(*)::integer, coalesce(sum(j.a), 0)::bigint FROM judged j WHERE j.fault IS NULL) AS k
        ORDER BY k.wallet_id
        ON CONFLICT (terminal_id, day, wallet_id) DO UPDATE SET rows = t.rows + excluded.rows, fen = t.fen + excluded.fen
    )
    SELECT a.n, a.fault FROM alone a WHERE a.fault IS NOT NULL
    UNION ALL
    SELECT j.n, j.fault FROM judged j WHERE j.fault IS NOT NULL;
END $$;
