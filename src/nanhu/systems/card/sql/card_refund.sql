CREATE OR REPLACE FUNCTION card_refund(merchant bigint, terminal bigint, own_sequence bigint, own_fingerprint bytea, sale_receipt bigint, amount bigint,
                            note text, bound json DEFAULT NULL)
RETURNS TABLE (outcome text, receipt_id bigint, amount_fen bigint, balance_fen bigint, posted double precision) LANGUAGE plpgsql AS $$
DECLARE
    known card_receipt;
    sale card_receipt;
    purse card_wallet;
    left_fen bigint;
    still_owed bigint := 0;
    after_fen bigint;
    verdict text;
    new_receipt bigint;
    new_entry bigint;
BEGIN
    -- The slip of a hold shows the number of its release; the sale is the payment that the release made.
    SELECT * INTO sale FROM card_receipt r
        WHERE r.id = coalesce((SELECT h.payment_receipt_id FROM card_hold h WHERE h.release_receipt_id = sale_receipt), sale_receipt) AND r.merchant_id = merchant AND r.outcome = 'posted'
        AND r.kind IN ('payment', 'stored');
    SELECT * INTO purse FROM card_wallet w WHERE w.account_id = sale.wallet_id;
    PERFORM FROM ledger_balance b WHERE b.account_id IN (purse.account_id, purse.receivable_id) ORDER BY b.account_id FOR UPDATE;
    SELECT * INTO known FROM card_receipt q WHERE q.terminal_id = terminal AND q.sequence = own_sequence;
    IF FOUND THEN
        RETURN QUERY SELECT CASE WHEN known.fingerprint = own_fingerprint OR known.outcome = 'cancelled' THEN known.outcome
                                 ELSE 'sequence_reused' END,
                            known.id, known.amount_fen,
                            CASE WHEN bound IS NULL OR NOT card_is_untold(known.reverses_id) THEN known.balance_fen END, extract(epoch FROM known.posted_at)::double precision;
        RETURN;
    END IF;
    IF bound IS NOT NULL AND card_terminal_floods(terminal) THEN
        RETURN QUERY SELECT 'terminal_limit', NULL::bigint, NULL::bigint, NULL::bigint, NULL::double precision;
        RETURN;
    END IF;
    IF bound IS NOT NULL THEN
        -- With the terminal that sold it, whose count goes on below: in the order in which sales take them (card_pay.sql).
        PERFORM card_terminal_turn(ARRAY(SELECT DISTINCT one FROM unnest(ARRAY[terminal, sale.terminal_id]) AS one WHERE one IS NOT NULL),
                                   (bound ->> 'g')::integer);
    END IF;
    new_receipt := nextval('card_receipt_id_seq');
    left_fen := sale.amount_fen - card_given_back(sale.id);
    verdict := CASE WHEN EXISTS (SELECT FROM card_till p WHERE p.terminal_id = terminal AND NOT p.is_on) THEN 'terminal_off'
                    WHEN amount > (bound ->> 'b')::bigint - (SELECT a.day_refund_fen FROM card_terminal_activity a WHERE a.terminal_id = terminal)
                        THEN 'terminal_limit'
                    WHEN sale.id IS NULL THEN 'sale_unknown' WHEN amount > left_fen THEN 'refund_too_large' ELSE 'posted' END;
    IF verdict = 'posted' THEN
        SELECT least(b.balance_fen, sale.owed_fen, amount) INTO still_owed FROM ledger_balance b WHERE b.account_id = purse.receivable_id;
        SELECT b.balance_fen + amount - still_owed INTO after_fen FROM ledger_balance b WHERE b.account_id = purse.account_id;
        new_entry := nextval('ledger_transfer_id_seq');
        INSERT INTO ledger_transfer (entry_id, occurred_at, kind, debit_account_id, credit_account_id, amount_fen, reverses_entry_id)
            SELECT new_entry, now(), 'card.refund', m.account_id, part.account_id, part.fen, sale.entry_id
            FROM card_merchant m, (VALUES (purse.account_id, amount - still_owed), (purse.receivable_id, still_owed)) AS part(account_id, fen)
            WHERE m.id = merchant AND part.fen > 0;
        UPDATE card_terminal_activity a SET day_refund_fen = a.day_refund_fen + amount
            WHERE bound IS NOT NULL AND a.terminal_id = terminal;
        PERFORM card_unspend(sale.wallet_id, sale.occurred_at, sale.meal, amount);
    END IF;
    INSERT INTO card_receipt (id, kind, outcome, terminal_id, sequence, fingerprint, wallet_id, card_id, merchant_id,
                              amount_fen, owed_fen, balance_fen, detail, occurred_at, entry_id, reverses_id, meal)
        VALUES (new_receipt, 'refund', verdict, terminal, own_sequence, own_fingerprint, sale.wallet_id, sale.card_id, merchant,
                CASE WHEN verdict = 'refund_too_large' THEN nullif(left_fen, 0) ELSE amount END, still_owed, after_fen, note, now(),
                new_entry, sale.id, coalesce(sale.meal, 0));
    IF bound IS NOT NULL AND verdict = 'posted' THEN
        PERFORM card_terminal_came_to_nothing(ARRAY[sale.id]);
    ELSIF bound IS NOT NULL THEN
        PERFORM card_terminal_refused(terminal);
    END IF;
    RETURN QUERY SELECT r.outcome, r.id, r.amount_fen, CASE WHEN bound IS NULL OR NOT card_is_untold(sale.id) THEN r.balance_fen END,
                        extract(epoch FROM r.posted_at)::double precision
        FROM card_receipt r WHERE r.id = new_receipt;
END $$;
