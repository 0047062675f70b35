-- What was settled, told or decided stays; what a payout paid leaves it no more, and nothing enters a payout that has ended.
CREATE OR REPLACE FUNCTION card_settlement_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'DELETE' AND NEW.payout_id IS NOT NULL THEN
        -- Waits for who is ending the file.
        PERFORM FROM card_payout_file f WHERE f.id = NEW.payout_id AND f.state = 'made' FOR SHARE;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'settlement % enters a payout that has ended: refused', NEW.number
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    IF TG_OP = 'INSERT' THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'payout_id' = to_jsonb(OLD) - 'payout_id'
       AND NOT EXISTS (SELECT FROM card_payout_file f WHERE f.id = OLD.payout_id AND f.state <> 'made') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'settlement % is kept: % refused', OLD.number, TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;
