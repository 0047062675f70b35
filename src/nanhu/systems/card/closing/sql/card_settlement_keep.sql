-- What was settled, told or decided stays.
CREATE OR REPLACE FUNCTION card_settlement_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'payout_id' = to_jsonb(OLD) - 'payout_id' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'settlement % is kept: % refused', OLD.number, TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;
