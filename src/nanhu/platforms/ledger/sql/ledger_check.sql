-- What must hold and does not: an empty answer is a sound ledger.

CREATE OR REPLACE FUNCTION ledger_check() RETURNS TABLE (what text, account_id bigint, kept_fen bigint, summed_fen bigint)
LANGUAGE sql STABLE AS $$
    WITH net AS (
        SELECT leg.account_id, sum(leg.fen)::bigint AS fen
        FROM (SELECT credit_account_id AS account_id, amount_fen AS fen FROM ledger_transfer
              UNION ALL SELECT debit_account_id, -amount_fen FROM ledger_transfer) AS leg
        GROUP BY leg.account_id
    )
    SELECT 'balance_differs', b.account_id, b.balance_fen, b.sign * coalesce(net.fen, 0)
        FROM ledger_balance b LEFT JOIN net ON net.account_id = b.account_id
        WHERE b.balance_fen <> b.sign * coalesce(net.fen, 0)
    UNION ALL
    SELECT 'balance_missing', a.id, NULL, net.fen
        FROM ledger_account a LEFT JOIN ledger_balance b ON b.account_id = a.id LEFT JOIN net ON net.account_id = a.id
        WHERE a.floor_fen IS NOT NULL AND b.account_id IS NULL
    UNION ALL
    SELECT 'account_unknown', net.account_id, NULL, net.fen
        FROM net LEFT JOIN ledger_account a ON a.id = net.account_id WHERE a.id IS NULL
    UNION ALL
    SELECT 'floor_differs', a.id, b.floor_fen, a.floor_fen
        FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id
        WHERE b.floor_fen IS DISTINCT FROM a.floor_fen OR b.sign <> CASE WHEN a.kind IN ('asset', 'expense') THEN -1 ELSE 1 END
    UNION ALL
    SELECT 'outside_months', NULL, NULL, count(*) FROM ledger_transfer_default HAVING count(*) > 0
    UNION ALL
    SELECT 'net_not_zero', NULL, NULL, sum(net.fen)::bigint FROM net HAVING sum(net.fen) <> 0
    UNION ALL
    SELECT * FROM ledger_check_bills()
$$;
