CREATE OR REPLACE FUNCTION ledger_sum_day(wanted date) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    since timestamptz := wanted::timestamp AT TIME ZONE 'Asia/Shanghai';
    until timestamptz := (wanted + 1)::timestamp AT TIME ZONE 'Asia/Shanghai';
    summed integer;
BEGIN
    -- With the owner's rights, so only what anybody may find out again from the rows: the sums of a day that is over.
    IF until > now() THEN
        RAISE EXCEPTION 'ledger: % is not over, it has no sums', wanted USING ERRCODE = 'check_violation';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('ledger_sum_day'));
    DELETE FROM ledger_day_sum WHERE day = wanted;
    INSERT INTO ledger_day_sum (day, kind, account_group, account_id, debit_fen, credit_fen, rows)
        SELECT wanted, l.kind, l.account_group, l.account_id, l.debit_fen, l.credit_fen, l.rows FROM ledger_legs_of(since, until) AS l;
    GET DIAGNOSTICS summed = ROW_COUNT;
    RETURN summed;
END $$;
