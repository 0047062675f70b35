-- Empty where the kept sums of a day are those of its rows.
CREATE OR REPLACE FUNCTION ledger_check_day(wanted date) RETURNS TABLE (account_group text, account_id bigint, kept_fen bigint, summed_fen bigint)
LANGUAGE sql STABLE AS $$
    SELECT coalesce(k.account_group, l.account_group), coalesce(k.account_id, l.account_id), k.debit_fen - k.credit_fen,
           l.debit_fen - l.credit_fen
    FROM (SELECT * FROM ledger_day_sum s WHERE s.day = wanted) AS k
    FULL JOIN ledger_legs_of(wanted::timestamp AT TIME ZONE 'Asia/Shanghai', (wanted + 1)::timestamp AT TIME ZONE 'Asia/Shanghai') AS l
      ON k.kind = l.kind AND k.account_group = l.account_group AND coalesce(k.account_id, 0) = coalesce(l.account_id, 0)
    WHERE (k.debit_fen, k.credit_fen, k.rows) IS DISTINCT FROM (l.debit_fen, l.credit_fen, l.rows)
$$;
