-- A terminal is on only for a merchant that is open; the share lock makes it wait for a merchant that is just closing.
CREATE OR REPLACE FUNCTION card_terminal_needs_its_merchant() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM card_merchant WHERE id = NEW.merchant_id AND state = 'open' FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'terminal % sells for a merchant that is not open: refused', NEW.number
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
