DROP FUNCTION card_pay(json, json);
-- card_pay(batch): the payments that arrived at the gateway while the last call was under way, in one transaction.
-- Each element: {"n": place in the batch, "t": terminal id, "s": sequence, "f": fingerprint in hex, "u": card uid,
-- "a": amount in fen or null, "x": fault the gateway saw in the amount, "d": the amount as it was sent, "o": unix time}.
-- Answers one row per element. 'again' means: ask once more in the next batch (two payments of one wallet met in this one).
-- Every join is one row to one row by an index, and receipts get their numbers before they are written, so that the time
-- of a batch grows with its size and no faster; the plan is pinned, for one made on empty tables would scan them later.

CREATE FUNCTION card_pay(batch json)
RETURNS TABLE (n integer, outcome text, receipt_id bigint, amount_fen bigint, balance_fen bigint, posted double precision)
LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    -- Wallets first, in order: whoever pays with the same card waits here, and the next statement sees what was written.
    PERFORM FROM ledger_balance b
        WHERE b.account_id IN (SELECT c.wallet_id FROM json_to_recordset(batch) AS r(u text) JOIN card_card c ON c.uid = r.u)
        ORDER BY b.account_id FOR UPDATE;

    RETURN QUERY
    WITH request AS MATERIALIZED (
        SELECT r.n, r.t, r.s, decode(r.f, 'hex') AS f, r.a, r.x, r.d, to_timestamp(r.o) AS occurred_at,
               c.id AS card_id, c.wallet_id, c.state, c.valid_until, p.state AS terminal_state, p.merchant_id,
               m.account_id AS merchant_account_id, b.balance_fen AS before_fen,
               q.id AS known_id, q.fingerprint AS known_fingerprint, q.outcome AS known_outcome, q.amount_fen AS known_fen,
               q.balance_fen AS known_balance_fen, q.posted_at AS known_at,
               row_number() OVER (PARTITION BY c.wallet_id ORDER BY r.n) AS turn
        FROM json_to_recordset(batch) AS r(n integer, t bigint, s bigint, f text, u text, a bigint, x text, d text, o double precision)
        JOIN card_terminal p ON p.id = r.t
        JOIN card_merchant m ON m.id = p.merchant_id
        LEFT JOIN card_card c ON c.uid = r.u
        LEFT JOIN ledger_balance b ON b.account_id = c.wallet_id
        LEFT JOIN card_receipt q ON q.terminal_id = r.t AND q.sequence = r.s
    ), decided AS MATERIALIZED (
        SELECT r.*, CASE
                WHEN r.known_fingerprint = r.f OR r.known_outcome = 'cancelled' THEN r.known_outcome
                WHEN r.known_id IS NOT NULL THEN 'sequence_reused'
                WHEN r.terminal_state <> 'on' THEN 'terminal_off'
                WHEN r.x IS NOT NULL THEN r.x
                WHEN r.card_id IS NULL THEN 'card_unknown'
                WHEN r.state <> 'issued' THEN 'card_' || r.state
                WHEN r.valid_until < (now() AT TIME ZONE 'Asia/Shanghai')::date THEN 'card_expired'
                WHEN r.turn > 1 THEN 'again'
                WHEN r.before_fen < r.a THEN 'balance_short'
                ELSE 'posted' END AS outcome
        FROM request r
    ), numbered AS MATERIALIZED (
        SELECT d.*, CASE WHEN d.outcome = 'posted' THEN d.before_fen - d.a ELSE d.before_fen END AS after_fen,
               CASE WHEN d.outcome = 'posted' THEN nextval('ledger_transfer_id_seq') END AS entry_id,
               nextval('card_receipt_id_seq') AS receipt_id
        FROM (SELECT * FROM decided WHERE known_id IS NULL AND decided.outcome <> 'again' ORDER BY t, s) AS d
    ), receipts AS (
        INSERT INTO card_receipt (id, kind, outcome, terminal_id, sequence, fingerprint, wallet_id, card_id, merchant_id,
                                  amount_fen, balance_fen, detail, occurred_at, entry_id)
        SELECT v.receipt_id, 'payment', v.outcome, v.t, v.s, v.f, v.wallet_id, v.card_id, v.merchant_id, v.a, v.after_fen,
               coalesce(v.d, ''), v.occurred_at, v.entry_id
        FROM numbered v
    ), moved AS (
        INSERT INTO ledger_transfer (id, entry_id, occurred_at, kind, debit_account_id, credit_account_id, amount_fen)
        SELECT v.entry_id, v.entry_id, v.occurred_at, 'card.payment', v.wallet_id, v.merchant_account_id, v.a
        FROM numbered v WHERE v.outcome = 'posted'
    )
    SELECT v.n, v.outcome, v.receipt_id, v.a, v.after_fen, extract(epoch FROM now())::double precision FROM numbered v
    UNION ALL
    SELECT d.n, d.outcome, d.known_id, d.known_fen, d.known_balance_fen, extract(epoch FROM d.known_at)::double precision
        FROM decided d WHERE d.known_id IS NOT NULL OR d.outcome = 'again';
END $$;
