-- Run by services/history.py: card_past, resolved, becomes receipts and transfers.
-- The balance each row left behind is a running sum over its wallet; wallets start at zero (checked before).
UPDATE card_past p SET entry_id = v.entry_id, balance_fen = v.balance_fen
    FROM (
        SELECT n, nextval('ledger_transfer_id_seq') AS entry_id,
               sum(CASE WHEN kind = 'top_up' THEN amount_fen ELSE -amount_fen END)
                   OVER (PARTITION BY wallet_id ORDER BY occurred_at, n) AS balance_fen
        FROM card_past
        WHERE wallet_id IS NOT NULL AND (kind = 'top_up' OR terminal_id IS NOT NULL)
    ) v
    WHERE v.n = p.n;

INSERT INTO card_receipt (kind, outcome, terminal_id, wallet_id, card_id, merchant_id, amount_fen, balance_fen, detail, occurred_at,
                          posted_at, entry_id)
    SELECT CASE WHEN kind = 'top_up' THEN 'top_up' ELSE 'payment' END, 'posted', terminal_id, wallet_id, card_id, merchant_id,
           amount_fen, balance_fen, CASE WHEN kind = 'top_up' THEN '圈存' ELSE '' END, occurred_at, occurred_at, entry_id
    FROM card_past WHERE entry_id IS NOT NULL
    ORDER BY occurred_at, n;

INSERT INTO ledger_transfer (id, entry_id, posted_at, occurred_at, kind, debit_account_id, credit_account_id, amount_fen)
    SELECT entry_id, entry_id, occurred_at, occurred_at,
           CASE WHEN kind = 'top_up' THEN 'card.load' ELSE 'card.payment' END,
           CASE WHEN kind = 'top_up' THEN %(bank)s ELSE wallet_id END,
           CASE WHEN kind = 'top_up' THEN wallet_id ELSE merchant_account_id END,
           amount_fen
    FROM card_past WHERE entry_id IS NOT NULL
    ORDER BY occurred_at, n;
