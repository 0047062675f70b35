-- A reservation moves its fund and is posted in the same statement; the fund's row and its guarded account refuse what is not there.
CREATE OR REPLACE FUNCTION ledger_fund_reserved() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    f ledger_fund;
BEGIN
    IF NEW.spent_fen <> 0 OR NEW.released_fen <> 0 THEN
        RAISE EXCEPTION 'ledger: a reservation begins whole' USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_reservation_begins_whole';
    END IF;
    UPDATE ledger_fund SET available_fen = available_fen - NEW.amount_fen, reserved_fen = reserved_fen + NEW.amount_fen
        WHERE id = NEW.fund_id RETURNING * INTO STRICT f;
    INSERT INTO ledger_transfer (entry_id, occurred_at, kind, debit_account_id, credit_account_id, amount_fen, reference)
        VALUES (NEW.entry_id, NEW.created_at, 'ledger.reserve', f.available_id, f.reserved_id, NEW.amount_fen, NEW.key);
    RETURN NULL;
END $$;
