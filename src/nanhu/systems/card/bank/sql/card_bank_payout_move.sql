-- A payout is asked, then paid or returned, never both; what was asked stays. A credited top-up goes back only when its claimable did.

CREATE OR REPLACE FUNCTION card_bank_payout_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'asked' THEN
            RAISE EXCEPTION 'a payout begins as asked' USING ERRCODE = 'check_violation', CONSTRAINT = 'card_bank_payout_steps';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.number, NEW.channel_id, NEW.withdrawal_id, NEW.claimable_id, NEW.file_id, NEW.amount_fen)
       IS DISTINCT FROM (OLD.number, OLD.channel_id, OLD.withdrawal_id, OLD.claimable_id, OLD.file_id, OLD.amount_fen) THEN
        RAISE EXCEPTION 'what was asked stays as it is' USING ERRCODE = 'check_violation', CONSTRAINT = 'card_bank_payout_keeps';
    END IF;
    IF OLD.state <> 'asked' AND (NEW.state, NEW.reference) IS DISTINCT FROM (OLD.state, OLD.reference) THEN
        RAISE EXCEPTION 'a payout does not go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'card_bank_payout_steps';
    END IF;
    RETURN NEW;
END $$;
