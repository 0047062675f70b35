-- What was settled, told or decided stays; what a payout paid leaves it no more.
CREATE OR REPLACE FUNCTION card_settlement_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'payout_id' = to_jsonb(OLD) - 'payout_id'
       AND NOT EXISTS (SELECT FROM card_payout_file f WHERE f.id = OLD.payout_id AND f.state <> 'made') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'settlement % is kept: % refused', OLD.number, TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;
