-- A payout is asked, then paid or returned, never both; what was asked stays.

CREATE OR REPLACE FUNCTION payments_payout_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'asked' THEN
            RAISE EXCEPTION 'a payout begins as asked' USING ERRCODE = 'check_violation', CONSTRAINT = 'payments_payout_steps';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.number, NEW.channel_id, NEW.purpose, NEW.subject, NEW.file_id, NEW.amount_fen, NEW.words)
       IS DISTINCT FROM (OLD.number, OLD.channel_id, OLD.purpose, OLD.subject, OLD.file_id, OLD.amount_fen, OLD.words)
       OR (OLD.entry_id IS NOT NULL AND NEW.entry_id IS DISTINCT FROM OLD.entry_id) THEN
        RAISE EXCEPTION 'what was asked stays as it is' USING ERRCODE = 'check_violation', CONSTRAINT = 'payments_payout_keeps';
    END IF;
    IF OLD.state <> 'asked' AND (NEW.state, NEW.reference) IS DISTINCT FROM (OLD.state, OLD.reference) THEN
        RAISE EXCEPTION 'a payout does not go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payments_payout_steps';
    END IF;
    RETURN NEW;
END $$;
