-- A bill begins unpaid, within the fee's licence of the day, with the number and the entry that the database gives it.
CREATE OR REPLACE FUNCTION ledger_bill_is_new() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    most bigint;
    today date := (now() AT TIME ZONE 'Asia/Shanghai')::date;
BEGIN
    IF (NEW.state, NEW.paid_fen, NEW.returned_fen, NEW.forgiven_fen) IS DISTINCT FROM ('open', 0::bigint, 0::bigint, 0::bigint) THEN
        RAISE EXCEPTION 'ledger: a bill begins unpaid' USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_bill_begins_unpaid';
    END IF;
    SELECT f.ceiling_fen INTO most FROM ledger_fee_item f
        WHERE f.id = NEW.item_id AND f.withdrawn_at IS NULL AND today BETWEEN f.starts_on AND coalesce(f.ends_on, today);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'ledger: this fee may not be charged today' USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_bill_fee_holds';
    ELSIF NEW.amount_fen > most THEN
        RAISE EXCEPTION 'ledger: a bill above the ceiling of its fee' USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_bill_ceiling';
    END IF;
    NEW.number := 'YJ' || to_char(today, 'YYYY') || lpad(NEW.id::text, 8, '0');
    NEW.entry_id := nextval('ledger_transfer_id_seq');
    RETURN NEW;
END $$;
