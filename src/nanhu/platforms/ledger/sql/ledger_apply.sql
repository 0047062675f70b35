-- Balances of guarded accounts (wallets, receivables) follow every posting in the same statement.
-- Accounts are never deleted or renumbered, so this set-based look is as good as two foreign keys and costs no row lock
-- on a merchant's account. The plan is pinned: a plan made on an empty table would scan all accounts at every payment.
CREATE OR REPLACE FUNCTION ledger_apply() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    IF EXISTS (SELECT FROM posted p
               LEFT JOIN ledger_account d ON d.id = p.debit_account_id
               LEFT JOIN ledger_account c ON c.id = p.credit_account_id
               WHERE d.id IS NULL OR c.id IS NULL) THEN
        RAISE EXCEPTION 'ledger: a transfer names an account that does not exist' USING ERRCODE = 'foreign_key_violation';
    END IF;
    -- In the order of accounts (a nested loop over a sorted list), so that two postings never wait for each other in a ring.
    UPDATE ledger_balance b
        SET balance_fen = b.balance_fen + b.sign * moved.fen, moved_at = now()
        FROM (SELECT account_id, sum(fen)::bigint AS fen
              FROM (SELECT credit_account_id AS account_id, amount_fen AS fen FROM posted
                    UNION ALL SELECT debit_account_id, -amount_fen FROM posted) AS leg
              GROUP BY account_id ORDER BY account_id) AS moved
        WHERE b.account_id = moved.account_id;
    RETURN NULL;
END $$;
