CREATE OR REPLACE FUNCTION card_pay(batch json, policy json DEFAULT NULL)
RETURNS TABLE (n integer, outcome text, receipt_id bigint, amount_fen bigint, balance_fen bigint, posted double precision, detail text)
LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    bound json := policy -> 'till';
    most_misses integer := bound ->> 'g';
    most_payments integer := bound ->> 'n';
    most_fen bigint := bound ->> 'm';
    most_day_fen bigint := bound ->> 'd';
    most_told integer := bound ->> 't';
    most_tries integer := policy ->> 'tries';
    lock_seconds integer := policy ->> 'lock';
    shut text[] := ARRAY(SELECT json_array_elements_text(policy -> 'shut'));
    some_may_not boolean := shut <> '{}' OR EXISTS (SELECT FROM card_right_rule g WHERE g."right" = 'consume' AND g.withdrawn_at IS NULL AND NOT g.is_allowed);
BEGIN
    -- Wallets first, in order: whoever pays with the same card waits here, and the next statement sees what was written.
    PERFORM FROM ledger_balance b
        WHERE b.account_id IN (SELECT c.wallet_id FROM json_to_recordset(batch) AS r(u text) JOIN card_card c ON c.uid = r.u)
        ORDER BY b.account_id FOR UPDATE;

    -- Then what these terminals did of late, which no other process changes until this transaction ends.
    IF bound IS NOT NULL THEN
        PERFORM card_terminal_turn(
            ARRAY(SELECT DISTINCT p.terminal_id FROM json_to_recordset(batch) AS r(t bigint) JOIN card_till p ON p.terminal_id = r.t),
            most_misses);
    END IF;

    RETURN QUERY
    WITH class AS MATERIALIZED (
        SELECT * FROM json_to_recordset(policy -> 'classes') AS g(c text, m bigint, y bigint, xm bigint, xy bigint)
    ), request AS MATERIALIZED (
        SELECT r.n, r.t, r.s, decode(r.f, 'hex') AS f, r.a, r.x, r.d, r.p, r.h, coalesce(r.m, 0)::smallint AS m,
               to_timestamp(r.o) AS occurred_at, card_day(to_timestamp(r.o)) AS day,
               c.id AS card_id, c.wallet_id, c.state, c.valid_until, c.card_class, c.sub_class, p.is_on, p.merchant_id,
               m.account_id AS merchant_account_id, b.balance_fen AS before_fen,
               q.id AS known_id, q.fingerprint AS known_fingerprint, q.outcome AS known_outcome, q.amount_fen AS known_fen,
               q.balance_fen AS known_balance_fen, q.posted_at AS known_at, q.detail AS known_detail,
               row_number() OVER (PARTITION BY c.wallet_id ORDER BY r.n) AS turn
        FROM json_to_recordset(batch) AS r(n integer, t bigint, s bigint, f text, u text, a bigint, x text, d text, o double precision,
                                           m integer, p boolean, h integer)
        JOIN card_till p ON p.terminal_id = r.t
        JOIN card_merchant m ON m.id = p.merchant_id
        LEFT JOIN card_card c ON c.uid = r.u
        LEFT JOIN ledger_balance b ON b.account_id = c.wallet_id
        LEFT JOIN card_receipt q ON q.terminal_id = r.t AND q.sequence = r.s
    ), summed AS MATERIALIZED (
        -- What each new sale of a terminal comes to with what it did before. A PIN proves that the holder is there: no sum of the day.
        SELECT r.*, a.misses >= most_misses OR a.minute_payments + r.payments > most_payments OR a.minute_fen + r.fen > most_fen
                    OR r.p IS NULL AND r.day_fen > 0 AND a.day_fen + r.day_fen > most_day_fen AS is_too_much,
                   a.refused >= card_most_refused() AND a.refused_minute = date_trunc('minute', now()) AS floods,
                   a.day_told >= most_told AS has_told_enough, a.day_free > most_told AS gives_back
        FROM (SELECT r.*, count(*) OVER w AS payments, sum(r.a) OVER w AS fen, sum(r.a) FILTER (WHERE r.p IS NULL) OVER w AS day_fen
              FROM request r WINDOW w AS (PARTITION BY r.t, r.known_id IS NULL ORDER BY r.n)) AS r
        LEFT JOIN card_terminal_activity a ON a.terminal_id = r.t AND r.known_id IS NULL AND bound IS NOT NULL
    ), judged AS MATERIALIZED (
        SELECT r.*, CASE
                WHEN r.known_fingerprint = r.f OR r.known_outcome = 'cancelled' THEN r.known_outcome
                WHEN r.known_id IS NOT NULL THEN 'sequence_reused'
                WHEN NOT r.is_on THEN 'terminal_off'
                WHEN r.is_too_much THEN 'terminal_limit'
                -- What is wrong with the request itself says the same of every number, whoever has it or nobody; it tells no balance.
                WHEN r.x IS NOT NULL THEN r.x
                WHEN r.card_id IS NULL THEN 'card_unknown'
                WHEN r.state <> 'issued' THEN 'card_' || r.state
                WHEN r.valid_until < (now() AT TIME ZONE 'Asia/Shanghai')::date THEN 'card_expired'
                WHEN some_may_not AND NOT coalesce(card_right_rule_says(r.card_class, r.sub_class, 'consume', r.day), r.card_class <> ALL (shut)) THEN 'no_right'
                WHEN r.turn > 1 THEN 'again' END AS verdict,
               r.known_id IS NULL AND r.floods AND (NOT r.is_on OR r.is_too_much) AS is_untold
        FROM summed r
    ), decided AS MATERIALIZED (
        -- A PIN is tried (and counted) only where nothing else decides; without a PIN card_pin_tried is not called.
        SELECT j.*, t.outcome AS pin, limits.which, CASE
                WHEN j.verdict IS NOT NULL THEN j.verdict
                WHEN t.outcome <> 'ok' THEN t.outcome
                WHEN j.before_fen < j.a THEN 'balance_short'
                WHEN limits.which IS NOT NULL AND t.outcome IS NULL THEN 'pin_required'
                ELSE 'posted' END AS outcome, t.tries_left
        FROM judged j
        LEFT JOIN LATERAL card_pin_tried(j.wallet_id, 'payment', CASE WHEN j.verdict IS NULL THEN j.p END,
                                         most_tries, lock_seconds) AS t ON true
        LEFT JOIN LATERAL (
            SELECT CASE WHEN j.m > 0 AND spent.meal_fen + j.a > asked.meal_fen THEN 'meal:' || asked.meal_fen
                        WHEN spent.day_fen + j.a > asked.day_fen THEN 'daily:' || asked.day_fen END AS which
            FROM (SELECT coalesce(sum(s.fen), 0) AS day_fen, coalesce(sum(s.fen) FILTER (WHERE s.meal = j.m), 0) AS meal_fen
                  FROM card_spent s WHERE s.wallet_id = j.wallet_id AND s.day = j.day) AS spent,
                 (SELECT least(coalesce(max(l.meal_fen), max(g.m)), max(g.xm)) AS meal_fen,
                         least(coalesce(max(l.daily_fen), max(g.y)), max(g.xy)) AS day_fen
                  FROM (SELECT) AS one
                  LEFT JOIN card_limit l ON l.wallet_id = j.wallet_id
                  LEFT JOIN class g ON g.c = j.card_class) AS asked
            WHERE j.verdict IS NULL) AS limits ON true
    ), numbered AS MATERIALIZED (
        SELECT d.*, CASE WHEN d.outcome = 'posted' THEN d.before_fen - d.a
                         WHEN d.is_asked AND (d.pin IS NOT NULL OR d.has_told_enough IS NOT TRUE) THEN d.before_fen END AS after_fen,
               CASE WHEN d.outcome = 'posted' THEN nextval('ledger_transfer_id_seq') END AS entry_id,
               nextval('card_receipt_id_seq') AS receipt_id,
               CASE d.outcome WHEN 'pin_required' THEN d.which WHEN 'pin_wrong' THEN d.tries_left::text
                              WHEN 'posted' THEN CASE WHEN d.pin = 'ok' THEN 'pin' WHEN d.gives_back THEN 'untold' ELSE '' END
                              ELSE coalesce(d.d, '') END AS note
        FROM (SELECT decided.*, decided.outcome IN ('balance_short', 'pin_required') AS is_asked FROM decided
              WHERE known_id IS NULL AND decided.outcome <> 'again' AND NOT coalesce(is_untold, false) ORDER BY t, s) AS d
    ), receipts AS (
        INSERT INTO card_receipt (id, kind, outcome, terminal_id, sequence, fingerprint, wallet_id, card_id, merchant_id,
                                  amount_fen, balance_fen, detail, occurred_at, entry_id, meal)
        SELECT v.receipt_id, CASE WHEN v.h IS NULL THEN 'payment' ELSE 'hold' END, v.outcome, v.t, v.s, v.f, v.wallet_id, v.card_id,
               v.merchant_id, v.a, v.after_fen, v.note, v.occurred_at, v.entry_id, v.m
        FROM numbered v
    ), moved AS (
        INSERT INTO ledger_transfer (id, entry_id, occurred_at, kind, debit_account_id, credit_account_id, amount_fen)
        SELECT v.entry_id, v.entry_id, v.occurred_at, CASE WHEN v.h IS NULL THEN 'card.payment' ELSE 'card.hold' END, v.wallet_id,
               CASE WHEN v.h IS NULL THEN v.merchant_account_id ELSE (SELECT a.id FROM ledger_account a WHERE a.code = 'card.held') END,
               v.a
        FROM numbered v WHERE v.outcome = 'posted'
    ), counted AS (
        INSERT INTO card_spent AS s (wallet_id, day, meal, fen)
        SELECT v.wallet_id, v.day, v.m, v.a FROM numbered v WHERE v.outcome = 'posted' ORDER BY v.wallet_id
        ON CONFLICT (wallet_id, day, meal) DO UPDATE SET fen = s.fen + excluded.fen
    ), noted AS (
        UPDATE card_terminal_activity a
        SET minute_payments = a.minute_payments + o.payments, minute_fen = a.minute_fen + o.fen, misses = a.misses + o.misses,
            day_fen = a.day_fen + o.day_fen, day_told = a.day_told + o.told,
            refused = CASE WHEN a.refused_minute = date_trunc('minute', now()) THEN a.refused ELSE 0 END + o.refused,
            refused_minute = date_trunc('minute', now())
        FROM (SELECT v.t, count(*) FILTER (WHERE v.is_counted) AS payments, count(*) FILTER (WHERE NOT v.is_counted) AS refused,
                     count(*) FILTER (WHERE v.is_counted AND (v.outcome IN ('code_wrong', 'pin_wrong')
                                                              OR v.card_id IS NULL AND v.outcome NOT LIKE 'code\_%')) AS misses,
                     -- A balance without a sale, of a card whose PIN nobody typed.
                     count(*) FILTER (WHERE v.is_asked AND v.pin IS NULL AND v.after_fen IS NOT NULL) AS told,
                     coalesce(sum(v.a) FILTER (WHERE v.outcome = 'posted'), 0) AS fen,
                     coalesce(sum(v.a) FILTER (WHERE v.outcome = 'posted' AND v.pin IS NULL), 0) AS day_fen
              FROM (SELECT one.*, one.outcome NOT IN ('terminal_off', 'terminal_limit') AS is_counted FROM numbered one WHERE bound IS NOT NULL) AS v
              GROUP BY v.t) AS o
        WHERE a.terminal_id = o.t
    ), held AS (
        INSERT INTO card_hold (receipt_id, wallet_id, terminal_id, merchant_id, amount_fen, metered_fen, meal, begun_at, ends_at)
        SELECT v.receipt_id, v.wallet_id, v.t, v.merchant_id, v.a, 0, v.m, v.occurred_at, now() + make_interval(secs => v.h)
        FROM numbered v WHERE v.outcome = 'posted' AND v.h IS NOT NULL
    )
    SELECT v.n, v.outcome, v.receipt_id, v.a, CASE WHEN v.outcome <> 'posted' OR v.note <> 'untold' THEN v.after_fen END,
           extract(epoch FROM now())::double precision, v.note FROM numbered v
    UNION ALL
    SELECT d.n, d.outcome, d.known_id, d.known_fen,
           CASE WHEN d.known_outcome <> 'posted' OR d.known_detail <> 'untold' THEN d.known_balance_fen END,
           extract(epoch FROM d.known_at)::double precision, d.known_detail
        FROM decided d WHERE d.known_id IS NOT NULL OR d.outcome = 'again' OR d.is_untold;
END $$;
