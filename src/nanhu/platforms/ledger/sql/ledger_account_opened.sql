CREATE OR REPLACE FUNCTION ledger_account_opened() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ledger_balance (account_id, sign, floor_fen, balance_fen, moved_at)
        SELECT id, CASE WHEN kind IN ('asset', 'expense') THEN -1 ELSE 1 END, floor_fen, 0, now()
        FROM opened WHERE floor_fen IS NOT NULL ORDER BY id;
    RETURN NULL;
END $$;
