-- Cash belongs to a shift that is not counted yet. Who counts and who takes hold the same lock (services/shifts.py).
CREATE OR REPLACE FUNCTION card_shift_takes_cash() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('card.shift:' || NEW.clerk_id, 0));
    IF EXISTS (SELECT FROM card_shift WHERE clerk_id = NEW.clerk_id AND state = 'counted') THEN
        RAISE EXCEPTION 'cash after the count is in no shift: refused' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
