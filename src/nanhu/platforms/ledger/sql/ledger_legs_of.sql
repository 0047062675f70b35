-- Per-day sums, derived from the rows and checked against them: the trial balance of any moment without reading years.
-- An account of nobody (a merchant, the bank) has its own sum; the accounts of people are added up by their group
-- (what stands before the colon of the code).

CREATE OR REPLACE FUNCTION ledger_legs_of(since timestamptz, until timestamptz)
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
