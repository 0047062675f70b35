-- card_chip_account as in account.sql; how many purchases a chip made is what its proofs tell, or what a load was told of it.

CREATE OR REPLACE FUNCTION card_chip_account(chips bigint[])
RETURNS TABLE (chip_id bigint, book_fen bigint, card_fen bigint, opening_fen bigint, aside json, linked_fen bigint,
               missing_fen bigint, missing_rows integer, counters integer[])
LANGUAGE sql STABLE AS $$
    WITH chip AS MATERIALIZED (
        SELECT k.*, c.wallet_id, b.balance_fen AS book_fen,
               greatest(k.offline_counter, (SELECT max(x.offline_counter) FROM card_chip_row x WHERE x.chip_id = k.id)) AS purchases
        FROM card_chip k JOIN card_card c ON c.id = k.card_id JOIN ledger_balance b ON b.account_id = c.wallet_id
        WHERE k.id = ANY (chips)
    ), receipt AS MATERIALIZED (
        SELECT k.id AS chip_id, r.kind, x.id AS row_id, CASE x.kind WHEN 'load' THEN x.amount_fen ELSE -x.amount_fen END AS chip_fen,
               (SELECT coalesce(sum(CASE WHEN t.credit_account_id = k.wallet_id THEN t.amount_fen ELSE -t.amount_fen END), 0)
                FROM (SELECT t.* FROM ledger_transfer t WHERE t.debit_account_id = k.wallet_id AND t.posted_at = r.posted_at
                      UNION ALL
                      SELECT t.* FROM ledger_transfer t WHERE t.credit_account_id = k.wallet_id AND t.posted_at = r.posted_at) t
                WHERE t.entry_id = r.entry_id) AS wallet_fen
        FROM chip k
        JOIN card_receipt r ON r.wallet_id = k.wallet_id AND r.outcome = 'posted' AND r.id > k.opening_receipt
        LEFT JOIN card_chip_row x ON x.receipt_id = r.id AND x.chip_id = k.id
    ), aside AS (
        SELECT s.chip_id, json_object_agg(s.kind, s.fen) AS kinds
        FROM (SELECT r.chip_id, r.kind, sum(r.wallet_fen)::bigint AS fen FROM receipt r WHERE r.row_id IS NULL GROUP BY 1, 2) s
        GROUP BY 1
    ), linked AS (
        SELECT r.chip_id, sum(r.wallet_fen - r.chip_fen)::bigint AS fen FROM receipt r WHERE r.row_id IS NOT NULL GROUP BY 1
    ), proven AS (
        SELECT x.chip_id, sum(CASE x.kind WHEN 'load' THEN x.amount_fen ELSE -x.amount_fen END)::bigint AS fen,
               count(*) FILTER (WHERE x.kind = 'purchase' AND x.counter < k.purchases)::integer AS purchases
        FROM chip k JOIN card_chip_row x ON x.chip_id = k.id GROUP BY 1
    )
    SELECT k.id, k.book_fen, k.balance_fen, k.opening_fen - k.opening_chip_fen, a.kinds, coalesce(l.fen, 0),
           k.opening_chip_fen + coalesce(p.fen, 0) - k.balance_fen, k.purchases - coalesce(p.purchases, 0),
           ARRAY(SELECT n FROM generate_series(0, k.purchases - 1) AS n
                 WHERE k.purchases > coalesce(p.purchases, 0)
                   AND NOT EXISTS (SELECT FROM card_chip_row x WHERE x.chip_id = k.id AND x.kind = 'purchase' AND x.counter = n)
                 ORDER BY n DESC LIMIT 50)
    FROM chip k LEFT JOIN aside a ON a.chip_id = k.id LEFT JOIN linked l ON l.chip_id = k.id LEFT JOIN proven p ON p.chip_id = k.id
$$;
