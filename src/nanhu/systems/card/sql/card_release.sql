-- release: the terminal says what it came to.
CREATE OR REPLACE FUNCTION card_release(terminal bigint, own_sequence bigint, own_fingerprint bytea, hold_sequence bigint, price bigint)
RETURNS TABLE (outcome text, receipt_id bigint, amount_fen bigint, balance_fen bigint, posted double precision, detail text,
               released_fen bigint, hold_until double precision) LANGUAGE plpgsql AS $$
DECLARE
    known card_receipt;
    h card_hold;
    verdict text;
BEGIN
    SELECT o.* INTO h FROM card_receipt r JOIN card_hold o ON o.receipt_id = r.id
        WHERE r.terminal_id = terminal AND r.sequence = hold_sequence;
    PERFORM FROM ledger_balance b WHERE b.account_id = h.wallet_id FOR UPDATE;
    SELECT * INTO known FROM card_receipt q WHERE q.terminal_id = terminal AND q.sequence = own_sequence;
    IF FOUND THEN
        IF known.fingerprint = own_fingerprint OR known.outcome = 'cancelled' THEN
            RETURN QUERY SELECT * FROM card_recorded(terminal, own_sequence);
        ELSE
            RETURN QUERY SELECT 'sequence_reused', NULL::bigint, NULL::bigint, NULL::bigint, NULL::double precision, '', NULL::bigint,
                                NULL::double precision;
        END IF;
        RETURN;
    END IF;
    IF card_terminal_floods(terminal) THEN
        RETURN QUERY SELECT 'terminal_limit', NULL::bigint, NULL::bigint, NULL::bigint, NULL::double precision, '', NULL::bigint,
                            NULL::double precision;
        RETURN;
    END IF;
    SELECT o.* INTO h FROM card_hold o WHERE o.receipt_id = h.receipt_id FOR UPDATE;
    verdict := CASE WHEN EXISTS (SELECT FROM card_till p WHERE p.terminal_id = terminal AND NOT p.is_on) THEN 'terminal_off'
                    WHEN h.receipt_id IS NULL THEN 'hold_unknown' WHEN h.settled_at IS NOT NULL THEN 'hold_settled'
                    WHEN price > h.amount_fen THEN 'amount_too_large'
                    WHEN price < h.amount_fen AND price % card_unit_fen(terminal, h.begun_at) <> 0 THEN 'price_wrong' ELSE 'posted' END;
    IF verdict = 'posted' THEN
        PERFORM card_settle_hold(h.receipt_id, price, own_sequence, own_fingerprint, '');
        IF price = 0 THEN
            PERFORM card_terminal_came_to_nothing(ARRAY[h.receipt_id]);
        END IF;
    ELSE
        INSERT INTO card_receipt (kind, outcome, terminal_id, sequence, fingerprint, wallet_id, merchant_id, amount_fen, detail, occurred_at)
            VALUES ('release', verdict, terminal, own_sequence, own_fingerprint, h.wallet_id, h.merchant_id,
                    CASE WHEN verdict = 'hold_settled' THEN nullif(h.price_fen, 0) ELSE nullif(price, 0) END, hold_sequence::text, now());
        PERFORM card_terminal_refused(terminal);
    END IF;
    RETURN QUERY SELECT * FROM card_recorded(terminal, own_sequence);
END $$;
