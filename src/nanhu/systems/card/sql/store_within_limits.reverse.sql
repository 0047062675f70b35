DROP FUNCTION card_store(bigint, json, json);
-- card_store(terminal, rows): rows that a terminal kept while it had no network. Such a row is a fact: the meal is eaten.
-- What the wallet cannot cover becomes a debt (receivable) of the person; a wallet never falls below its floor.
-- Elements as for card_pay. Rows of unknown cards and impossible amounts are kept as refused receipts for the card office.

CREATE FUNCTION card_store(terminal bigint, batch json)
RETURNS TABLE (n integer, outcome text, receipt_id bigint, amount_fen bigint, owed_fen bigint, balance_fen bigint)
LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    IF EXISTS (SELECT FROM card_terminal p WHERE p.id = terminal AND p.state <> 'on') THEN
        RETURN QUERY SELECT r.n, 'terminal_off', NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint
            FROM json_to_recordset(batch) AS r(n integer);
        RETURN;
    END IF;
    PERFORM FROM ledger_balance b
        WHERE b.account_id IN (
            SELECT unnest(ARRAY[w.account_id, w.receivable_id]) FROM json_to_recordset(batch) AS r(u text)
            JOIN card_card c ON c.uid = r.u JOIN card_wallet w ON w.account_id = c.wallet_id)
        ORDER BY b.account_id FOR UPDATE;

    RETURN QUERY
    WITH request AS MATERIALIZED (
        SELECT r.n, r.s, decode(r.f, 'hex') AS f, r.a, r.x, r.d, least(to_timestamp(r.o), now()) AS occurred_at,
               c.id AS card_id, c.wallet_id, w.receivable_id, p.merchant_id, m.account_id AS merchant_account_id,
               b.balance_fen AS before_fen, q.id AS known_id, q.fingerprint AS known_fingerprint, q.outcome AS known_outcome,
               q.amount_fen AS known_fen, q.owed_fen AS known_owed_fen, q.balance_fen AS known_balance_fen
        FROM json_to_recordset(batch) AS r(n integer, s bigint, f text, u text, a bigint, x text, d text, o double precision)
        JOIN card_terminal p ON p.id = terminal
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
                    OVER (PARTITION BY d.wallet_id ORDER BY d.occurred_at, d.n ROWS UNBOUNDED PRECEDING)::bigint AS upto_fen
        FROM decided d WHERE d.known_id IS NULL
    ), numbered AS MATERIALIZED (
        SELECT s.*, nextval('card_receipt_id_seq') AS receipt_id,
               CASE WHEN s.outcome = 'posted' THEN nextval('ledger_transfer_id_seq') END AS entry_id,
               CASE WHEN s.outcome = 'posted'
                    THEN least(s.upto_fen, s.before_fen) - least(s.upto_fen - s.a, s.before_fen) ELSE 0 END AS covered_fen,
               s.before_fen - least(s.upto_fen, s.before_fen) AS after_fen
        FROM (SELECT * FROM shared ORDER BY s) AS s
    ), receipts AS (
        INSERT INTO card_receipt (id, kind, outcome, terminal_id, sequence, fingerprint, wallet_id, card_id, merchant_id,
                                  amount_fen, owed_fen, balance_fen, detail, occurred_at, entry_id)
        SELECT v.receipt_id, 'stored', v.outcome, terminal, v.s, v.f, v.wallet_id, v.card_id, v.merchant_id, v.a,
               CASE WHEN v.outcome = 'posted' THEN v.a - v.covered_fen ELSE 0 END, v.after_fen, coalesce(v.d, ''),
               v.occurred_at, v.entry_id
        FROM numbered v
    ), moved AS (
        INSERT INTO ledger_transfer (id, entry_id, occurred_at, kind, debit_account_id, credit_account_id, amount_fen)
        SELECT v.entry_id, v.entry_id, v.occurred_at, 'card.stored', v.wallet_id, v.merchant_account_id, v.covered_fen
            FROM numbered v WHERE v.covered_fen > 0
        UNION ALL
        SELECT nextval('ledger_transfer_id_seq'), v.entry_id, v.occurred_at, 'card.owed', v.receivable_id,
               v.merchant_account_id, v.a - v.covered_fen
            FROM numbered v WHERE v.outcome = 'posted' AND v.a > v.covered_fen
    )
    SELECT v.n, v.outcome, v.receipt_id, v.a, CASE WHEN v.outcome = 'posted' THEN v.a - v.covered_fen ELSE 0 END, v.after_fen
        FROM numbered v
    UNION ALL
    SELECT d.n, d.outcome, d.known_id, d.known_fen, d.known_owed_fen, d.known_balance_fen FROM decided d
        WHERE d.known_id IS NOT NULL;
END $$;
