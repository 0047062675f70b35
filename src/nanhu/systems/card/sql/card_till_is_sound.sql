-- A till is a terminal of a kind that sells, on as its terminal is, and on only for a merchant that is open: the share lock makes it wait
-- for a merchant that is just closing.
CREATE OR REPLACE FUNCTION card_till_is_sound() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    device record;
BEGIN
    SELECT h.number, h.kind, h.state INTO device FROM terminals_held(NEW.terminal_id) h;
    IF device.kind NOT IN ('pos', 'scanner') THEN
        RAISE EXCEPTION 'terminal % is a % and sells nothing: refused', device.number, device.kind
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    NEW.is_on := device.state = 'on';
    IF NEW.is_on THEN
        PERFORM 1 FROM card_merchant WHERE id = NEW.merchant_id AND state = 'open' FOR SHARE;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'terminal % sells for a merchant that is not open: refused', device.number
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
