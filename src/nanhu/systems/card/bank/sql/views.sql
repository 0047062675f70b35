-- card_bank_order: everything of ours that stands behind a movement at a bank or UnionPay, in one list for the three books; entered in the books of payments.
-- `sign` is what it does to our account there; `is_by_hand`: people bring it to its end, not the finder. `moved_fen` is what the ledger moved for it; a file that pays merchants is one
-- entry, in which each merchant's legs are what its settlements of that file come to.

CREATE VIEW card_bank_order AS
WITH orders (number, reference, amount_fen, entry_id, settled_on, channel_id, is_under_way, counts, sign, is_by_hand, account_id, expected_fen) AS (
    SELECT l.number, l.reference, l.amount_fen, c.entry_id, l.settled_on, a.channel_id,
           l.state IN ('asked', 'sent', 'unknown', 'debited', 'reversing'),
           l.state IN ('debited', 'credited', 'writing', 'written', 'unclaimed'), 1, false, NULL::bigint, NULL::bigint
    FROM card_load l JOIN payments_signed a ON a.id = l.agreement_id LEFT JOIN card_claimable c ON c.id = l.claimable_id
    UNION ALL
    SELECT o.number, coalesce(o.query_id, ''), o.amount_fen,
           CASE WHEN o.state = 'refunded' AND c.return_entry_id IS NOT NULL THEN NULL ELSE c.entry_id END,
           o.settled_on, o.channel_id,
           o.state IN ('asked', 'opened', 'paid', 'refunding')
               OR (o.state = 'refunded' AND o.moved_at > now() - interval '2 days'),
           o.state IN ('paid', 'credited', 'refunding'), 1, false, NULL, NULL
    FROM card_online_top_up o LEFT JOIN card_claimable c ON c.id = o.claimable_id
    UNION ALL
    SELECT s.number, f.bank_reference, s.payable_fen, f.entry_id,
           coalesce((SELECT min(r.day) FROM payments_movement r WHERE r.channel_id = b.id AND r.number = s.number),
                    (f.confirmed_at AT TIME ZONE 'Asia/Shanghai')::date),
           b.id, f.state = 'made', f.state = 'confirmed', -1, true, p.id,
           (SELECT sum(x.payable_fen)::bigint FROM card_settlement x WHERE x.payout_id = s.payout_id AND x.merchant_id = s.merchant_id)
    FROM card_settlement s JOIN card_payout_file f ON f.id = s.payout_id JOIN card_merchant m ON m.id = s.merchant_id
    JOIN ledger_account p ON p.code = 'card.payable:' || m.key
    JOIN payments_party b ON b.id = (SELECT min(c.id) FROM payments_party c WHERE c.kind = 'bank' AND c.is_on)
)
SELECT o.number, o.reference, o.amount_fen, o.settled_on, o.channel_id, o.is_under_way, o.counts, o.sign, o.is_by_hand,
       coalesce(CASE WHEN o.account_id IS NULL
           THEN (SELECT sum(t.amount_fen)::bigint FROM ledger_transfer t WHERE t.entry_id = o.entry_id)
           ELSE (SELECT CASE WHEN sum(t.amount_fen) = o.expected_fen THEN o.amount_fen ELSE sum(t.amount_fen)::bigint END
                 FROM ledger_transfer t WHERE t.entry_id = o.entry_id AND t.debit_account_id = o.account_id) END, 0) AS moved_fen,
       (SELECT min(t.posted_at) FROM ledger_transfer t WHERE t.entry_id = o.entry_id) AS moved_at
FROM orders o;
