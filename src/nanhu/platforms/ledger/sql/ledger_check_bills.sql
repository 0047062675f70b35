-- Bills and funds that disagree with what was done about them, or with their accounts. `what` names the bill, fee or fund.
CREATE OR REPLACE FUNCTION ledger_check_bills() RETURNS TABLE (what text, account_id bigint, kept_fen bigint, summed_fen bigint)
LANGUAGE sql STABLE AS $$
    WITH moved AS (
        SELECT m.bill_id,
               (coalesce(sum(m.amount_fen) FILTER (WHERE m.kind = 'pay'), 0)
                   - coalesce(sum(m.amount_fen) FILTER (WHERE m.kind = 'unpay'), 0))::bigint AS paid,
               coalesce(sum(m.amount_fen) FILTER (WHERE m.kind = 'refund'), 0)::bigint AS returned,
               coalesce(sum(m.amount_fen) FILTER (WHERE m.kind IN ('waive', 'cancel')), 0)::bigint AS forgiven
        FROM ledger_bill_movement m GROUP BY m.bill_id
    ), owed AS (
        SELECT one.account_id, sum(one.fen)::bigint AS fen
        FROM ledger_bill b, LATERAL (VALUES (b.receivable_id, b.amount_fen - b.paid_fen - b.forgiven_fen),
                                            (b.billed_id, b.amount_fen - b.paid_fen - b.forgiven_fen)) AS one(account_id, fen)
        GROUP BY one.account_id
        UNION ALL
        SELECT one.account_id, one.fen
        FROM ledger_fund f, LATERAL (VALUES (f.available_id, f.available_fen), (f.reserved_id, f.reserved_fen),
                                            (f.spent_id, f.spent_fen), (f.budget_id, f.budget_fen)) AS one(account_id, fen)
    ), net AS (
        SELECT o.account_id, o.fen, a.code, CASE WHEN a.kind = 'liability' THEN 1 ELSE -1 END * (
            (SELECT coalesce(sum(t.amount_fen), 0) FROM ledger_transfer t WHERE t.credit_account_id = o.account_id)
            - (SELECT coalesce(sum(t.amount_fen), 0) FROM ledger_transfer t WHERE t.debit_account_id = o.account_id))::bigint AS summed
        FROM owed o JOIN ledger_account a ON a.id = o.account_id
    ), held AS (
        SELECT r.fund_id, sum(r.amount_fen - r.spent_fen - r.released_fen)::bigint AS fen FROM ledger_reservation r GROUP BY r.fund_id
    )
    SELECT 'bill_differs ' || b.number, b.receivable_id, b.paid_fen - b.returned_fen + b.forgiven_fen,
           coalesce(m.paid - m.returned + m.forgiven, 0)
        FROM ledger_bill b LEFT JOIN moved m ON m.bill_id = b.id
        WHERE (b.paid_fen, b.returned_fen, b.forgiven_fen)
            IS DISTINCT FROM (coalesce(m.paid, 0), coalesce(m.returned, 0), coalesce(m.forgiven, 0))
    UNION ALL
    SELECT 'fund_holds_otherwise ' || f.code, f.reserved_id, f.reserved_fen, coalesce(h.fen, 0)
        FROM ledger_fund f LEFT JOIN held h ON h.fund_id = f.id WHERE f.reserved_fen <> coalesce(h.fen, 0)
    UNION ALL
    SELECT 'account_differs ' || n.code, n.account_id, n.fen, n.summed FROM net n WHERE n.fen <> n.summed
$$;
