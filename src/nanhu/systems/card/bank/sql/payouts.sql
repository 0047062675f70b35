-- A payout is asked, then paid or returned, never both; what was asked stays. A credited top-up goes back only when its claimable did.

CREATE FUNCTION card_bank_payout_move() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER card_bank_payout_move BEFORE INSERT OR UPDATE ON card_bank_payout
    FOR EACH ROW EXECUTE FUNCTION card_bank_payout_move();
CREATE TRIGGER card_bank_payout_keep BEFORE DELETE ON card_bank_payout FOR EACH ROW EXECUTE FUNCTION card_bank_keep();
CREATE TRIGGER card_bank_payout_keep_all BEFORE TRUNCATE ON card_bank_payout
    FOR EACH STATEMENT EXECUTE FUNCTION card_bank_keep();

CREATE FUNCTION card_online_gives_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'credited' AND NEW.state = 'refunding'
       AND NOT EXISTS (SELECT 1 FROM card_claimable c WHERE c.id = OLD.claimable_id AND c.state = 'returned') THEN
        RAISE EXCEPTION 'a credited top-up is given back when its claimable was returned'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'card_online_steps';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER card_online_gives_back BEFORE UPDATE OF state ON card_online_top_up
    FOR EACH ROW EXECUTE FUNCTION card_online_gives_back();

CREATE OR REPLACE FUNCTION card_online_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NOT (NEW.state = 'asked' OR (NEW.state = 'paid' AND NEW.source = 'bank_app')) THEN
            RAISE EXCEPTION 'a top-up begins as asked' USING ERRCODE = 'check_violation', CONSTRAINT = 'card_online_steps';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.number, NEW.card_id, NEW.channel_id, NEW.amount_fen, NEW.source)
       IS DISTINCT FROM (OLD.number, OLD.card_id, OLD.channel_id, OLD.amount_fen, OLD.source)
       OR (OLD.query_id IS NOT NULL AND NEW.query_id IS DISTINCT FROM OLD.query_id)
       OR (OLD.claimable_id IS NOT NULL AND NEW.claimable_id IS DISTINCT FROM OLD.claimable_id) THEN
        RAISE EXCEPTION 'what was asked and paid stays as it is'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'card_online_keeps';
    END IF;
    IF NEW.state <> OLD.state THEN
        IF (OLD.state, NEW.state) NOT IN (
            ('asked', 'opened'), ('asked', 'closed'), ('opened', 'closed'),
            ('asked', 'paid'), ('opened', 'paid'), ('closed', 'paid'),
            ('paid', 'credited'), ('paid', 'refunding'), ('credited', 'refunding'), ('refunding', 'refunded')) THEN
            RAISE EXCEPTION 'a top-up does not go from % to %', OLD.state, NEW.state
                USING ERRCODE = 'check_violation', CONSTRAINT = 'card_online_steps';
        END IF;
        NEW.moved_at := clock_timestamp();
    END IF;
    RETURN NEW;
END $$;
