-- Settles an open hold at this price. The caller holds the wallet's balance row. The two receipts are the holder's lines.
CREATE OR REPLACE FUNCTION card_settle_hold(hold bigint, price bigint, own_sequence bigint, own_fingerprint bytea, why text)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    h card_hold;
    sale card_receipt;
    before_fen bigint;
    release_receipt bigint := nextval('card_receipt_id_seq');
    release_entry bigint := nextval('ledger_transfer_id_seq');
    payment_receipt bigint;
    payment_entry bigint;
BEGIN
    SELECT * INTO h FROM card_hold o WHERE o.receipt_id = hold FOR UPDATE;
    SELECT * INTO sale FROM card_receipt r WHERE r.id = hold;
    SELECT b.balance_fen INTO before_fen FROM ledger_balance b WHERE b.account_id = h.wallet_id;
    INSERT INTO ledger_transfer (id, entry_id, occurred_at, kind, debit_account_id, credit_account_id, amount_fen)
        SELECT release_entry, release_entry, now(), 'card.release', a.id, h.wallet_id, h.amount_fen
        FROM ledger_account a WHERE a.code = 'card.held';
    INSERT INTO card_receipt (id, kind, outcome, terminal_id, sequence, fingerprint, wallet_id, card_id, merchant_id, amount_fen,
                              balance_fen, detail, occurred_at, entry_id, meal)
        VALUES (release_receipt, 'release', 'posted', h.terminal_id, own_sequence, own_fingerprint, h.wallet_id, sale.card_id,
                h.merchant_id, h.amount_fen, before_fen + h.amount_fen, why, now(), release_entry, h.meal);
    IF price > 0 THEN
        payment_receipt := nextval('card_receipt_id_seq');
        payment_entry := nextval('ledger_transfer_id_seq');
        INSERT INTO ledger_transfer (id, entry_id, occurred_at, kind, debit_account_id, credit_account_id, amount_fen)
            SELECT payment_entry, payment_entry, now(), 'card.payment', h.wallet_id, m.account_id, price
            FROM card_merchant m WHERE m.id = h.merchant_id;
        INSERT INTO card_receipt (id, kind, outcome, terminal_id, wallet_id, card_id, merchant_id, amount_fen, balance_fen, detail,
                                  occurred_at, entry_id, meal)
            VALUES (payment_receipt, 'payment', 'posted', h.terminal_id, h.wallet_id, sale.card_id, h.merchant_id, price,
                    before_fen + h.amount_fen - price, why, now(), payment_entry, h.meal);
    END IF;
    PERFORM card_unspend(h.wallet_id, h.begun_at, h.meal, h.amount_fen - price);
    UPDATE card_hold SET settled_at = now(), price_fen = price, release_receipt_id = release_receipt, payment_receipt_id = payment_receipt
        WHERE card_hold.receipt_id = hold;
    RETURN release_receipt;
END $$;
