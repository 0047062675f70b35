-- What is closed sells nothing and does not open again; whoever comes back is registered anew.
CREATE OR REPLACE FUNCTION card_merchant_closes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state IN ('closed', 'refused') THEN
        RAISE EXCEPTION 'merchant % is % for good: refused', OLD.key, OLD.state USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state <> 'open' AND EXISTS (SELECT FROM card_till WHERE merchant_id = NEW.id AND is_on) THEN
        RAISE EXCEPTION 'merchant % still has terminals that sell: refused', NEW.key
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
