-- What the rooms above read of this one in SQL.

CREATE VIEW payments_party AS SELECT id, kind, is_on FROM payments_channel;

CREATE VIEW payments_signed AS SELECT id, channel_id FROM payments_agreement;

CREATE VIEW payments_movement AS SELECT channel_id, day, "order" AS number FROM payments_statement_row;

-- This room's own books (books.py): `is_by_hand`, for the result of a file is handed in by people, and a deposit decided by one.

CREATE VIEW payments_payout_order AS
SELECT p.number, p.reference, p.amount_fen, p.settled_on, p.channel_id, p.state = 'asked' AS is_under_way, p.state = 'paid' AS counts,
       -1 AS sign, p.file_id IS NOT NULL AS is_by_hand,
       coalesce((SELECT sum(t.amount_fen)::bigint FROM ledger_transfer t WHERE t.entry_id = p.entry_id), 0) AS moved_fen,
       (SELECT min(t.posted_at) FROM ledger_transfer t WHERE t.entry_id = p.entry_id) AS moved_at
FROM payments_payout p;

CREATE VIEW payments_deposit_order AS
SELECT d.reference AS number, d.reference, d.amount_fen, d.day AS settled_on, d.channel_id, d.state = 'asked' AS is_under_way,
       d.state = 'booked' AS counts, 1 AS sign, true AS is_by_hand,
       coalesce((SELECT sum(t.amount_fen)::bigint FROM ledger_transfer t JOIN ledger_account a ON a.id = t.debit_account_id
                  WHERE t.entry_id = d.entry_id AND a.code = 'payments.bank'), 0) AS moved_fen,
       (SELECT min(t.posted_at) FROM ledger_transfer t WHERE t.entry_id = d.entry_id) AS moved_at
FROM payments_deposit d WHERE d.state <> 'refused';
