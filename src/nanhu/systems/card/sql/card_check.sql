CREATE OR REPLACE FUNCTION card_check() RETURNS TABLE (what text, receipt_id bigint, entry_id bigint) LANGUAGE sql STABLE AS $$
    WITH money AS (
        SELECT t.entry_id, sum(t.amount_fen)::bigint AS fen FROM ledger_transfer t
        WHERE t.kind IN ('card.payment', 'card.stored', 'card.owed', 'card.reversal', 'card.top_up', 'card.load', 'card.settle_owed',
                         'card.merge', 'card.claim', 'card.deduction', 'card.fee', 'card.freeze', 'card.hold', 'card.release',
                         'card.refund', 'card.withdrawal', 'card.correction')
        GROUP BY t.entry_id
    ), paper AS (
        SELECT r.id, r.entry_id, r.amount_fen FROM card_receipt r WHERE r.outcome = 'posted'
    )
    SELECT CASE WHEN money.entry_id IS NULL THEN 'receipt_without_money' WHEN paper.entry_id IS NULL THEN 'money_without_receipt'
                ELSE 'amounts_differ' END, paper.id, coalesce(paper.entry_id, money.entry_id)
    FROM paper FULL JOIN money ON money.entry_id = paper.entry_id
    WHERE paper.entry_id IS NULL OR money.entry_id IS NULL OR paper.amount_fen <> money.fen
    UNION ALL
    SELECT 'receipt_names_nobody', r.id, r.entry_id FROM card_receipt r
    LEFT JOIN card_wallet w ON w.account_id = r.wallet_id
    LEFT JOIN terminals_known p ON p.id = r.terminal_id
    LEFT JOIN card_merchant m ON m.id = r.merchant_id
    WHERE (r.wallet_id IS NOT NULL AND w.account_id IS NULL) OR (r.terminal_id IS NOT NULL AND p.id IS NULL)
       OR (r.merchant_id IS NOT NULL AND m.id IS NULL)
$$;
