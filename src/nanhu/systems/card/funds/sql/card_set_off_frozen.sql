-- card_set_off_frozen(card, wanted): what late rows of a replaced card (已补办) need comes back from the frozen sum of its wallet
-- (补卡冻结), with a receipt, so that a late meal is paid by the money it was eaten from. card_store calls it once a card,
-- before it books the rows, with the wallet's balances locked; tells how much came back. A frozen sum that is being written
-- onto a chip this moment stays as it is; the wallet, then the debt, bear the row.

CREATE OR REPLACE FUNCTION card_set_off_frozen(card bigint, wanted_fen bigint) RETURNS bigint
LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    wallet bigint;
    pending bigint;
    held record;
    taken bigint;
    total bigint := 0;
    entry bigint;
    balance bigint;
BEGIN
    SELECT c.wallet_id, p.account_id INTO wallet, pending
        FROM card_card c JOIN card_pending p ON p.wallet_id = c.wallet_id WHERE c.id = card AND c.state = 'replaced';
    IF pending IS NULL THEN
        RETURN 0;
    END IF;
    PERFORM FROM ledger_balance b WHERE b.account_id = pending FOR UPDATE;
    FOR held IN
        SELECT f.id, f.amount_fen - f.set_off_fen AS left_fen FROM card_claimable f
        WHERE f.wallet_id = wallet AND f.state = 'waiting' AND f.source = 'frozen' ORDER BY f.id FOR UPDATE
    LOOP
        taken := least(wanted_fen - total, held.left_fen);
        EXIT WHEN taken <= 0;
        entry := nextval('ledger_transfer_id_seq');
        INSERT INTO ledger_transfer (id, entry_id, occurred_at, kind, debit_account_id, credit_account_id, amount_fen, reference)
            VALUES (entry, entry, now(), 'card.claim', pending, wallet, taken, 'card.set_off:' || held.id);
        SELECT b.balance_fen INTO balance FROM ledger_balance b WHERE b.account_id = wallet;
        INSERT INTO card_receipt (kind, outcome, wallet_id, card_id, amount_fen, balance_fen, detail, occurred_at, entry_id)
            VALUES ('claim', 'posted', wallet, card, taken, balance, 'set_off', now(), entry);
        UPDATE card_claimable SET
                set_off_fen = set_off_fen + taken,
                state = CASE WHEN set_off_fen + taken = amount_fen THEN 'set_off' ELSE state END,
                ended_at = CASE WHEN set_off_fen + taken = amount_fen THEN now() END
            WHERE id = held.id;
        total := total + taken;
    END LOOP;
    RETURN total;
END $$;
