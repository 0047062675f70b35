-- Balances of guarded accounts (wallets, receivables) follow every posting in the same statement.
-- Accounts are never deleted or renumbered, so this set-based look is as good as two foreign keys and costs no row lock
-- on a merchant's account. Which transaction wrote a row (ledger_find_era.sql) no writer may say otherwise. The plan
-- is pinned: a plan made on an empty table would scan all accounts at every payment.
CREATE OR REPLACE FUNCTION ledger_apply() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    cluster bigint := (SELECT system_identifier FROM pg_control_system());
    some_account_is_missing boolean;
    some_order_is_forged boolean;
BEGIN
    SELECT bool_or(d.id IS NULL OR c.id IS NULL),
           bool_or(p.xid IS DISTINCT FROM pg_current_xact_id()::text::bigint OR p.era IS DISTINCT FROM cluster)
        INTO some_account_is_missing, some_order_is_forged
        FROM posted p
        LEFT JOIN ledger_account d ON d.id = p.debit_account_id
        LEFT JOIN ledger_account c ON c.id = p.credit_account_id;
    IF some_account_is_missing THEN
        RAISE EXCEPTION 'ledger: a transfer names an account that does not exist' USING ERRCODE = 'foreign_key_violation';
    ELSIF some_order_is_forged THEN
        RAISE EXCEPTION 'ledger: a row says when it was written by itself' USING ERRCODE = 'integrity_constraint_violation';
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
