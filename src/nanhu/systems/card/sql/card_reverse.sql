CREATE OR REPLACE FUNCTION card_reverse(terminal bigint, own_sequence bigint, own_fingerprint bytea, sale_sequence bigint)
RETURNS TABLE (outcome text, receipt_id bigint, amount_fen bigint, balance_fen bigint, posted double precision)
LANGUAGE plpgsql AS $$
DECLARE
    known card_receipt;
    sale card_receipt;
    device card_till;
    purse card_wallet;
    verdict text;
    still_owed bigint := 0;
    after_fen bigint;
    new_receipt bigint := nextval('card_receipt_id_seq');
    new_entry bigint;
    merchant_account bigint;
    hold card_hold;
BEGIN
    SELECT * INTO known FROM card_receipt q WHERE q.terminal_id = terminal AND q.sequence = own_sequence;
    IF FOUND THEN
        RETURN QUERY SELECT CASE WHEN known.fingerprint = own_fingerprint OR known.outcome = 'cancelled' THEN known.outcome
                                 ELSE 'sequence_reused' END,
                            known.id, known.amount_fen,
                            CASE WHEN NOT card_is_untold(known.reverses_id) THEN known.balance_fen END, extract(epoch FROM known.posted_at)::double precision;
        RETURN;
    END IF;
    IF card_terminal_floods(terminal) THEN
        RETURN QUERY SELECT 'terminal_limit', NULL::bigint, NULL::bigint, NULL::bigint, NULL::double precision;
        RETURN;
    END IF;
    SELECT * INTO device FROM card_till p WHERE p.terminal_id = terminal;
    SELECT * INTO sale FROM card_receipt q WHERE q.terminal_id = terminal AND q.sequence = sale_sequence;
    IF NOT FOUND AND device.is_on AND sale_sequence <> own_sequence THEN
        -- Waits for the sale if it is on its way in another transaction.
        INSERT INTO card_receipt (kind, outcome, terminal_id, sequence, fingerprint, merchant_id, occurred_at)
            VALUES ('payment', 'cancelled', terminal, sale_sequence, '', device.merchant_id, now())
            ON CONFLICT DO NOTHING;
        SELECT * INTO sale FROM card_receipt q WHERE q.terminal_id = terminal AND q.sequence = sale_sequence;
    END IF;
    SELECT * INTO purse FROM card_wallet w WHERE w.account_id = sale.wallet_id;
    PERFORM FROM ledger_balance b WHERE b.account_id IN (purse.account_id, purse.receivable_id) ORDER BY b.account_id FOR UPDATE;
    SELECT * INTO hold FROM card_hold h WHERE h.receipt_id = sale.id FOR UPDATE;
    verdict := CASE
        WHEN NOT device.is_on THEN 'terminal_off'
        WHEN sale.id IS NULL OR sale.kind NOT IN ('payment', 'stored', 'hold') THEN 'not_reversible'
        WHEN sale.outcome <> 'posted' THEN 'nothing_to_reverse'
        WHEN EXISTS (SELECT FROM card_receipt q WHERE q.reverses_id = sale.id AND q.outcome = 'posted' AND q.kind = 'reversal')
            THEN 'already_reversed'
        WHEN card_given_back(sale.id) > 0 THEN 'already_refunded'
        WHEN hold.settled_at IS NOT NULL THEN 'hold_settled'
        WHEN (sale.posted_at AT TIME ZONE 'Asia/Shanghai')::date <> (now() AT TIME ZONE 'Asia/Shanghai')::date THEN 'reversal_too_late'
        ELSE 'posted' END;
    IF verdict = 'posted' THEN
        SELECT least(b.balance_fen, sale.owed_fen) INTO still_owed FROM ledger_balance b WHERE b.account_id = purse.receivable_id;
        SELECT b.balance_fen + sale.amount_fen - still_owed INTO after_fen FROM ledger_balance b WHERE b.account_id = purse.account_id;
        SELECT CASE WHEN sale.kind = 'hold' THEN (SELECT a.id FROM ledger_account a WHERE a.code = 'card.held') ELSE m.account_id END
            INTO merchant_account FROM card_merchant m WHERE m.id = sale.merchant_id;
        PERFORM card_unspend(sale.wallet_id, sale.occurred_at, sale.meal, sale.amount_fen);
        new_entry := nextval('ledger_transfer_id_seq');
        INSERT INTO ledger_transfer (entry_id, occurred_at, kind, debit_account_id, credit_account_id, amount_fen, reverses_entry_id)
            SELECT new_entry, now(), 'card.reversal', merchant_account, part.account_id, part.fen, sale.entry_id
            FROM (VALUES (purse.account_id, sale.amount_fen - still_owed), (purse.receivable_id, still_owed)) AS part(account_id, fen)
            WHERE part.fen > 0;
    END IF;
    INSERT INTO card_receipt (id, kind, outcome, terminal_id, sequence, fingerprint, wallet_id, card_id, merchant_id,
                              amount_fen, owed_fen, balance_fen, detail, occurred_at, entry_id, reverses_id, meal)
        VALUES (new_receipt, 'reversal', verdict, terminal, own_sequence, own_fingerprint, sale.wallet_id, sale.card_id,
                device.merchant_id, sale.amount_fen, still_owed, after_fen, sale_sequence::text, now(), new_entry, sale.id, coalesce(sale.meal, 0));
    UPDATE card_hold SET settled_at = now(), price_fen = 0, release_receipt_id = new_receipt
        WHERE card_hold.receipt_id = sale.id AND sale.kind = 'hold' AND verdict = 'posted';
    IF verdict = 'posted' THEN
        PERFORM card_terminal_came_to_nothing(ARRAY[sale.id]);
    ELSE
        PERFORM card_terminal_refused(terminal);
    END IF;
    RETURN QUERY SELECT verdict, new_receipt, sale.amount_fen, CASE WHEN NOT card_is_untold(sale.id) THEN after_fen END, extract(epoch FROM now())::double precision;
END $$;
