-- A till is on as long as its terminal is; a terminal with which somebody sells stays of a kind that sells.
CREATE OR REPLACE FUNCTION card_till_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.kind NOT IN ('pos', 'scanner') AND EXISTS (SELECT FROM card_till WHERE terminal_id = NEW.id) THEN
        RAISE EXCEPTION 'terminal % is a till and stays one: refused', NEW.number USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    UPDATE card_till SET is_on = NEW.state = 'on' WHERE terminal_id = NEW.id AND is_on <> (NEW.state = 'on');
    RETURN NULL;
END $$;
