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
