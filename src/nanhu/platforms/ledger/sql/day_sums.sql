-- Per-day sums, derived from the rows and checked against them: the trial balance of any moment without reading years.
-- An account of nobody (a merchant, the bank) has its own sum; the accounts of people are added up by their group
-- (what stands before the colon of the code).

CREATE FUNCTION ledger_legs_of(since timestamptz, until timestamptz)
RETURNS TABLE (kind text, account_group text, account_id bigint, debit_fen bigint, credit_fen bigint, rows bigint)
LANGUAGE sql STABLE AS $$
    WITH leg AS (
        SELECT l.account_id, sum(l.debit) AS debit, sum(l.credit) AS credit, sum(l.n) AS n FROM (
            SELECT debit_account_id AS account_id, sum(amount_fen) AS debit, 0::numeric AS credit, count(*) AS n
                FROM ledger_transfer WHERE posted_at >= since AND posted_at < until GROUP BY 1
            UNION ALL
            SELECT credit_account_id, 0, sum(amount_fen), count(*)
                FROM ledger_transfer WHERE posted_at >= since AND posted_at < until GROUP BY 1) AS l
        GROUP BY 1
    )
    SELECT coalesce(a.kind, 'unknown'), split_part(coalesce(a.code, ''), ':', 1),
           CASE WHEN a.person_id IS NULL THEN leg.account_id END, sum(leg.debit)::bigint, sum(leg.credit)::bigint, sum(leg.n)::bigint
    FROM leg LEFT JOIN ledger_account a ON a.id = leg.account_id GROUP BY 1, 2, 3
$$;

CREATE FUNCTION ledger_sum_day(wanted date) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    since timestamptz := wanted::timestamp AT TIME ZONE 'Asia/Shanghai';
    until timestamptz := (wanted + 1)::timestamp AT TIME ZONE 'Asia/Shanghai';
    summed integer;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('ledger_sum_day'));
    DELETE FROM ledger_day_sum WHERE day = wanted;
    INSERT INTO ledger_day_sum (day, kind, account_group, account_id, debit_fen, credit_fen, rows)
        SELECT wanted, l.kind, l.account_group, l.account_id, l.debit_fen, l.credit_fen, l.rows FROM ledger_legs_of(since, until) AS l;
    GET DIAGNOSTICS summed = ROW_COUNT;
    RETURN summed;
END $$;

-- Empty where the kept sums of a day are those of its rows.
CREATE FUNCTION ledger_check_day(wanted date) RETURNS TABLE (account_group text, account_id bigint, kept_fen bigint, summed_fen bigint)
LANGUAGE sql STABLE AS $$
    SELECT coalesce(k.account_group, l.account_group), coalesce(k.account_id, l.account_id), k.debit_fen - k.credit_fen,
           l.debit_fen - l.credit_fen
    FROM (SELECT * FROM ledger_day_sum s WHERE s.day = wanted) AS k
    FULL JOIN ledger_legs_of(wanted::timestamp AT TIME ZONE 'Asia/Shanghai', (wanted + 1)::timestamp AT TIME ZONE 'Asia/Shanghai') AS l
      ON k.kind = l.kind AND k.account_group = l.account_group AND coalesce(k.account_id, 0) = coalesce(l.account_id, 0)
    WHERE (k.debit_fen, k.credit_fen, k.rows) IS DISTINCT FROM (l.debit_fen, l.credit_fen, l.rows)
$$;
