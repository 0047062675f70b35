-- card_set_off_frozen(terminal, batch): before card_store books the rows of a terminal, what rows of replaced cards need comes
-- back from the frozen sum of their wallet (补卡冻结), with a receipt each, so that a late meal is paid by the money it was
-- eaten from. Elements as for card_store, which calls this with the wallets' balances locked. A frozen sum that is being
-- written onto a chip this moment stays as it is; the wallet, then the debt, bear the row.

CREATE FUNCTION card_set_off_frozen(terminal bigint, batch json) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    need record;
    sum_held record;
    taken bigint;
    entry bigint;
    balance bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM json_to_recordset(batch) AS r(u text) JOIN card_card c ON c.uid = r.u WHERE c.state = 'replaced') THEN
        RETURN;
    END IF;
    FOR need IN
        SELECT c.wallet_id, max(c.id) AS card_id, p.account_id AS pending_id, sum(r.a)::bigint AS fen
        FROM json_to_recordset(batch) AS r(s bigint, u text, a bigint, x text)
        JOIN card_card c ON c.uid = r.u AND c.state = 'replaced'
        JOIN card_pending p ON p.wallet_id = c.wallet_id
        LEFT JOIN card_receipt q ON q.terminal_id = terminal AND q.sequence = r.s
        WHERE r.x IS NULL AND r.a > 0 AND q.id IS NULL
        GROUP BY c.wallet_id, p.account_id ORDER BY p.account_id
    LOOP
        PERFORM FROM ledger_balance b WHERE b.account_id = need.pending_id FOR UPDATE;
        FOR sum_held IN
            SELECT f.id, f.amount_fen - f.set_off_fen AS left_fen FROM card_claimable f
            WHERE f.wallet_id = need.wallet_id AND f.state = 'waiting' AND f.source = 'frozen' ORDER BY f.id FOR UPDATE
        LOOP
            taken := least(need.fen, sum_held.left_fen);
            EXIT WHEN taken <= 0;
            entry := nextval('ledger_transfer_id_seq');
            INSERT INTO ledger_transfer (id, entry_id, occurred_at, kind, debit_account_id, credit_account_id, amount_fen, reference)
                VALUES (entry, entry, now(), 'card.claim', need.pending_id, need.wallet_id, taken, 'card.set_off:' || sum_held.id);
            SELECT b.balance_fen INTO balance FROM ledger_balance b WHERE b.account_id = need.wallet_id;
            INSERT INTO card_receipt (kind, outcome, wallet_id, card_id, amount_fen, balance_fen, detail, occurred_at, entry_id)
                VALUES ('claim', 'posted', need.wallet_id, need.card_id, taken, balance, 'set_off', now(), entry);
            UPDATE card_claimable SET
                    set_off_fen = set_off_fen + taken,
                    state = CASE WHEN set_off_fen + taken = amount_fen THEN 'set_off' ELSE state END,
                    ended_at = CASE WHEN set_off_fen + taken = amount_fen THEN now() END
                WHERE id = sum_held.id;
            need.fen := need.fen - taken;
        END LOOP;
    END LOOP;
END $$;
