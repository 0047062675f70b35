CREATE OR REPLACE FUNCTION card_store(terminal bigint, batch json, policy json DEFAULT NULL)
RETURNS TABLE (n integer, outcome text, receipt_id bigint, amount_fen bigint, owed_fen bigint, balance_fen bigint)
LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    bound json := policy -> 'till';
    late record;
    faults json;
BEGIN
    IF EXISTS (SELECT FROM card_till p WHERE p.terminal_id = terminal AND NOT p.is_on) THEN
        RETURN QUERY SELECT r.n, 'terminal_off', NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint
            FROM json_to_recordset(batch) AS r(n integer);
        RETURN;
    END IF;
    -- The uploads of a terminal one after the other, and its proofs: each counts what the one before it came to. Who comes meanwhile is
    -- sent away and does not wait: else the uploads of one terminal would hold all connections that the sales of all terminals need.
    -- A statement of its own: the next one sees what was committed before the lock was had.
    IF NOT pg_try_advisory_xact_lock(hashtextextended('card.cases:' || terminal, 0)) THEN
        RETURN QUERY SELECT r.n, 'terminal_limit', NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint
            FROM json_to_recordset(batch) AS r(n integer);
        RETURN;
    END IF;
    -- Rows of cards that nobody has are guesses as well; whoever made too many waits, and keeps what it has to tell. So does whoever
    -- has brought more that cannot be believed than the office has answered.
    IF EXISTS (SELECT FROM card_terminal_activity a WHERE bound IS NOT NULL AND a.terminal_id = terminal
               AND card_misses_left(a.misses, a.minute_begun, (bound ->> 'g')::integer) >= (bound ->> 'g')::integer)
       OR (SELECT count(*) FROM (SELECT FROM card_chip_suspense k WHERE k.terminal_id = terminal AND k.state = 'open'
                                 LIMIT (bound ->> 's')::integer) AS waiting) >= (bound ->> 's')::integer THEN
        RETURN QUERY SELECT r.n, 'terminal_limit', NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint
            FROM json_to_recordset(batch) AS r(n integer);
        RETURN;
    END IF;
    PERFORM FROM ledger_balance b
        WHERE b.account_id IN (
            SELECT unnest(ARRAY[w.account_id, w.receivable_id]) FROM json_to_recordset(batch) AS r(u text)
            JOIN card_card c ON c.uid = r.u JOIN card_wallet w ON w.account_id = c.wallet_id)
        ORDER BY b.account_id FOR UPDATE;

    IF policy -> 'offline' IS NOT NULL THEN
        SELECT json_object_agg(f.n, f.fault) INTO faults FROM card_stored_faults(terminal, batch, policy -> 'offline') AS f;
        IF faults IS NOT NULL THEN
            SELECT json_agg(CASE WHEN faults -> (e.value ->> 'n') IS NULL THEN e.value::jsonb
                                 ELSE e.value::jsonb || jsonb_build_object('x', faults ->> (e.value ->> 'n')) END)
                INTO batch FROM json_array_elements(batch) AS e;
        END IF;
    END IF;

    IF to_regprocedure('card_set_off_frozen(bigint, bigint)') IS NOT NULL THEN
        FOR late IN
            SELECT c.id, sum(r.a)::bigint AS fen FROM json_to_recordset(batch) AS r(s bigint, u text, a bigint, x text)
            JOIN card_card c ON c.uid = r.u AND c.state = 'replaced'
            WHERE r.x IS NULL AND NOT EXISTS (SELECT FROM card_receipt q WHERE q.terminal_id = terminal AND q.sequence = r.s)
            GROUP BY c.id ORDER BY c.id
        LOOP
            EXECUTE 'SELECT card_set_off_frozen($1, $2)' USING late.id, late.fen;
        END LOOP;
    END IF;

    IF bound IS NOT NULL THEN
        PERFORM card_terminal_turn(ARRAY[terminal], (bound ->> 'g')::integer);
    END IF;

    RETURN QUERY
    WITH request AS MATERIALIZED (
        SELECT r.n, r.s, r.u, r.chip, decode(r.f, 'hex') AS f, r.a, r.w, r.x, r.d, r.p, coalesce(r.m, 0)::smallint AS m,
               least(to_timestamp(r.o), now()) AS occurred_at, card_day(least(to_timestamp(r.o), now())) AS day, c.card_class,
               c.id AS card_id, c.wallet_id, w.receivable_id, p.merchant_id, m.account_id AS merchant_account_id,
               b.balance_fen AS before_fen, q.id AS known_id, q.fingerprint AS known_fingerprint, q.outcome AS known_outcome,
               q.amount_fen AS known_fen, q.owed_fen AS known_owed_fen, q.balance_fen AS known_balance_fen
        FROM json_to_recordset(batch) AS r(n integer, s bigint, f text, u text, a bigint, w bigint, x text, d text, o double precision,
                                           m integer, p boolean, chip jsonb)
        JOIN card_till p ON p.terminal_id = terminal
        JOIN card_merchant m ON m.id = p.merchant_id
        LEFT JOIN card_card c ON c.uid = r.u
        LEFT JOIN card_wallet w ON w.account_id = c.wallet_id
        LEFT JOIN ledger_balance b ON b.account_id = c.wallet_id
        LEFT JOIN card_receipt q ON q.terminal_id = terminal AND q.sequence = r.s
    ), decided AS MATERIALIZED (
        SELECT r.*, CASE
                WHEN r.known_fingerprint = r.f OR r.known_outcome = 'cancelled' THEN r.known_outcome
                WHEN r.known_id IS NOT NULL THEN 'sequence_reused'
                WHEN r.x IS NOT NULL THEN r.x
                WHEN r.card_id IS NULL THEN 'card_unknown'
                ELSE 'posted' END AS outcome
        FROM request r
    ), shared AS MATERIALIZED (
        -- Of a wallet's rows in order: what it can still cover, the rest is owed.
        SELECT d.*, sum(CASE WHEN d.outcome = 'posted' THEN d.a ELSE 0 END)
                    OVER (PARTITION BY d.wallet_id ORDER BY d.occurred_at, d.n ROWS UNBOUNDED PRECEDING)::bigint AS upto_fen,
               sum(CASE WHEN d.outcome = 'posted' THEN d.a ELSE 0 END)
                    OVER (PARTITION BY d.wallet_id, d.day ORDER BY d.occurred_at, d.n ROWS UNBOUNDED PRECEDING)::bigint AS day_fen,
               sum(CASE WHEN d.outcome = 'posted' THEN d.a ELSE 0 END)
                    OVER (PARTITION BY d.wallet_id, d.day, d.m ORDER BY d.occurred_at, d.n ROWS UNBOUNDED PRECEDING)::bigint AS meal_fen
        FROM decided d WHERE d.known_id IS NULL
    ), measured AS MATERIALIZED (
        -- What the day and the meal came to with this row, and which limit that is above.
        SELECT s.*, limits.* FROM shared s
        LEFT JOIN LATERAL (
            SELECT s.meal_fen + spent.meal_fen AS meal_spent_fen, s.day_fen + spent.day_fen AS day_spent_fen,
                   asked.meal_fen AS meal_limit_fen, asked.day_fen AS day_limit_fen,
                   CASE WHEN s.m > 0 AND s.meal_fen + spent.meal_fen > asked.meal_fen THEN 'meal'
                        WHEN s.day_fen + spent.day_fen > asked.day_fen THEN 'daily' END AS which
            FROM (SELECT coalesce(sum(c.fen), 0)::bigint AS day_fen, coalesce(sum(c.fen) FILTER (WHERE c.meal = s.m), 0)::bigint AS meal_fen
                  FROM card_spent c WHERE c.wallet_id = s.wallet_id AND c.day = s.day) AS spent,
                 (SELECT least(coalesce(max(l.meal_fen), max(g.m)), max(g.xm)) AS meal_fen,
                         least(coalesce(max(l.daily_fen), max(g.y)), max(g.xy)) AS day_fen
                  FROM (SELECT) AS one
                  LEFT JOIN card_limit l ON l.wallet_id = s.wallet_id
                  LEFT JOIN json_to_recordset(policy -> 'classes') AS g(c text, m bigint, y bigint, xm bigint, xy bigint)
                         ON g.c = s.card_class) AS asked
            WHERE s.outcome = 'posted' AND s.p IS NOT TRUE) AS limits ON true
    ), numbered AS MATERIALIZED (
        SELECT s.*, nextval('card_receipt_id_seq') AS receipt_id,
               CASE WHEN s.outcome = 'posted' THEN nextval('ledger_transfer_id_seq') END AS entry_id,
               CASE WHEN s.outcome = 'posted'
                    THEN least(s.upto_fen, s.before_fen) - least(s.upto_fen - s.a, s.before_fen) ELSE 0 END AS covered_fen,
               CASE WHEN s.outcome = 'posted' THEN s.before_fen - least(s.upto_fen, s.before_fen) END AS after_fen
        FROM (SELECT * FROM measured ORDER BY s) AS s
    ), receipts AS (
        INSERT INTO card_receipt (id, kind, outcome, terminal_id, sequence, fingerprint, wallet_id, card_id, merchant_id,
                                  amount_fen, owed_fen, balance_fen, detail, occurred_at, entry_id, meal)
        SELECT v.receipt_id, 'stored', v.outcome, terminal, v.s, v.f, v.wallet_id, v.card_id, v.merchant_id, v.a,
               CASE WHEN v.outcome = 'posted' THEN v.a - v.covered_fen ELSE 0 END, v.after_fen, coalesce(v.d, ''),
               v.occurred_at, v.entry_id, v.m
        FROM numbered v
    ), moved AS (
        INSERT INTO ledger_transfer (id, entry_id, occurred_at, kind, debit_account_id, credit_account_id, amount_fen)
        SELECT v.entry_id, v.entry_id, v.occurred_at, 'card.stored', v.wallet_id, v.merchant_account_id, v.covered_fen
            FROM numbered v WHERE v.covered_fen > 0
        UNION ALL
        SELECT nextval('ledger_transfer_id_seq'), v.entry_id, v.occurred_at, 'card.owed', v.receivable_id,
               v.merchant_account_id, v.a - v.covered_fen
            FROM numbered v WHERE v.outcome = 'posted' AND v.a > v.covered_fen
    ), counted AS (
        INSERT INTO card_spent AS s (wallet_id, day, meal, fen)
        SELECT v.wallet_id, v.day, v.m, sum(v.a)::bigint FROM numbered v WHERE v.outcome = 'posted'
        GROUP BY v.wallet_id, v.day, v.m ORDER BY v.wallet_id, v.day, v.m
        ON CONFLICT (wallet_id, day, meal) DO UPDATE SET fen = s.fen + excluded.fen
    ), listed AS (
        INSERT INTO card_limit_breach (receipt_id, which, spent_fen, limit_fen, pin, created_at)
        SELECT v.receipt_id, v.which, CASE WHEN v.which = 'meal' THEN v.meal_spent_fen ELSE v.day_spent_fen END,
               CASE WHEN v.which = 'meal' THEN v.meal_limit_fen ELSE v.day_limit_fen END,
               CASE WHEN v.p IS NULL THEN 'none' ELSE 'wrong' END, now()
        FROM numbered v WHERE v.which IS NOT NULL
    ), noted AS (
        UPDATE card_terminal_activity a SET misses = a.misses + o.misses
        FROM (SELECT count(*) AS misses FROM numbered v WHERE v.card_id IS NULL) AS o  -- whatever else is wrong with the row
        WHERE a.terminal_id = terminal AND bound IS NOT NULL AND o.misses > 0
    ), suspended AS (
        INSERT INTO card_chip_suspense (terminal_id, sequence, card_id, reason, amount_fen, row, state, owner_name, answer, created_at)
        SELECT terminal, v.s, v.card_id, v.outcome, coalesce(v.a, v.w),
               jsonb_build_object('s', v.s, 'u', v.u, 'a', coalesce(v.a, v.w), 'd', v.d, 'o', extract(epoch FROM v.occurred_at), 'chip', v.chip),
               'open', '校园卡管理办公室', '', now()
        FROM numbered v WHERE v.card_id IS NOT NULL
          AND v.outcome IN ('offline_payment', 'offline_card', 'offline_total', 'offline_rows', 'offline_too_old', 'chip_missing',
                            'amount_too_large', 'amount_invalid')
        ON CONFLICT DO NOTHING
    )
    SELECT v.n, v.outcome, v.receipt_id, v.a, CASE WHEN v.outcome = 'posted' THEN v.a - v.covered_fen ELSE 0 END, v.after_fen
        FROM numbered v
    UNION ALL
    SELECT d.n, d.outcome, d.known_id, d.known_fen, d.known_owed_fen, d.known_balance_fen FROM decided d
        WHERE d.known_id IS NOT NULL;
END $$;
