-- What is done about a bill, with its posting: the bill's row is locked, so that payers at once are one after the other, and the
-- second sees what the first left. Paid: payer → receivable, in the payer's own kind, and billed → payee, which is what the school has. Forgiven: billed →
-- receivable. Returned: payee → payer; what was owed beside it is owed still. Unpaid, for it was booked wrongly: receivable → payer and
-- payee → billed, so that it is owed again.
CREATE OR REPLACE FUNCTION ledger_bill_moved() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    b ledger_bill;
    paid ledger_bill_movement;
    owed bigint;
    posted_kind text := coalesce(nullif(NEW.posted_as, ''), 'ledger.bill_' || NEW.kind);
BEGIN
    SELECT * INTO STRICT b FROM ledger_bill WHERE id = NEW.bill_id FOR NO KEY UPDATE;
    owed := b.amount_fen - b.paid_fen - b.forgiven_fen;
    IF NEW.kind IN ('refund', 'unpay') THEN
        SELECT * INTO paid FROM ledger_bill_movement m WHERE m.id = NEW.reverses_id;
        IF paid.kind IS DISTINCT FROM 'pay' OR (paid.bill_id, paid.amount_fen) IS DISTINCT FROM (NEW.bill_id, NEW.amount_fen) THEN
            RAISE EXCEPTION 'ledger: a refund gives one payment of its bill back' USING ERRCODE = 'check_violation',
                CONSTRAINT = 'ledger_bill_refund_of_payment';
        END IF;
    ELSIF owed = 0 OR NEW.kind = 'cancel' AND b.paid_fen > b.returned_fen OR NEW.kind = 'resume' AND b.state <> 'deferred' THEN
        RAISE EXCEPTION 'ledger: bill % is %', b.number, b.state USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_bill_is_open';
    ELSIF NEW.kind = 'cancel' AND NEW.amount_fen <> owed OR NEW.amount_fen > owed THEN
        RAISE EXCEPTION 'ledger: of bill % only % is owed', b.number, owed USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_bill_not_overpaid';
    END IF;
    IF NEW.kind IN ('pay', 'refund', 'unpay') THEN
        INSERT INTO ledger_transfer (entry_id, occurred_at, kind, debit_account_id, credit_account_id, amount_fen, reference, reverses_entry_id)
            SELECT NEW.entry_id, NEW.at, leg.posted_kind, leg.debit, leg.credit, NEW.amount_fen, coalesce(nullif(NEW.reason, ''), b.name), paid.entry_id
            FROM (VALUES ('pay', posted_kind, NEW.account_id, b.receivable_id), ('pay', 'ledger.bill_collected', b.billed_id, b.payee_id),
                         ('refund', posted_kind, b.payee_id, NEW.account_id),
                         ('unpay', posted_kind, b.receivable_id, NEW.account_id), ('unpay', 'ledger.bill_uncollected', b.payee_id, b.billed_id))
                 AS leg(kind, posted_kind, debit, credit)
            WHERE leg.kind = NEW.kind;
    ELSIF NEW.amount_fen > 0 THEN
        INSERT INTO ledger_transfer (entry_id, occurred_at, kind, debit_account_id, credit_account_id, amount_fen, reference)
            VALUES (NEW.entry_id, NEW.at, posted_kind, b.billed_id, b.receivable_id, NEW.amount_fen, NEW.reason);
    END IF;
    b.paid_fen := b.paid_fen + CASE NEW.kind WHEN 'pay' THEN NEW.amount_fen WHEN 'unpay' THEN -NEW.amount_fen ELSE 0 END;
    b.returned_fen := b.returned_fen + CASE WHEN NEW.kind = 'refund' THEN NEW.amount_fen ELSE 0 END;
    b.forgiven_fen := b.forgiven_fen + CASE WHEN NEW.kind IN ('waive', 'cancel') THEN NEW.amount_fen ELSE 0 END;
    owed := b.amount_fen - b.paid_fen - b.forgiven_fen;
    b.deferred_until := CASE WHEN owed = 0 OR NEW.kind = 'resume' THEN NULL WHEN NEW.kind = 'defer' THEN NEW.until ELSE b.deferred_until END;
    b.state := CASE
        WHEN owed = 0 AND b.paid_fen > 0 AND b.paid_fen = b.returned_fen THEN 'refunded'
        WHEN owed = 0 AND NEW.kind = 'pay' THEN 'paid'
        WHEN owed = 0 AND NEW.kind = 'waive' THEN 'waived'
        WHEN owed = 0 AND NEW.kind = 'cancel' THEN 'cancelled'
        WHEN owed = 0 THEN b.state
        WHEN b.deferred_until IS NOT NULL THEN 'deferred'
        WHEN b.paid_fen > 0 THEN 'part' ELSE 'open' END;
    UPDATE ledger_bill SET paid_fen = b.paid_fen, returned_fen = b.returned_fen, forgiven_fen = b.forgiven_fen,
        deferred_until = b.deferred_until, state = b.state WHERE id = b.id;
    RETURN NULL;
END $$;
