-- The steps a load may take. Whatever writes, code or a careless hand: a debit is never forgotten, an ended load never moves again.

CREATE OR REPLACE FUNCTION card_load_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'asked' THEN
            RAISE EXCEPTION 'a load begins as asked' USING ERRCODE = 'check_violation', CONSTRAINT = 'card_load_steps';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.number, NEW.card_id, NEW.agreement_id, NEW.amount_fen, NEW.created_at)
       IS DISTINCT FROM (OLD.number, OLD.card_id, OLD.agreement_id, OLD.amount_fen, OLD.created_at)
       OR (OLD.reference <> '' AND NEW.reference <> OLD.reference)
       OR (OLD.claimable_id IS NOT NULL AND NEW.claimable_id IS DISTINCT FROM OLD.claimable_id) THEN
        RAISE EXCEPTION 'what was asked and what the bank said stay as they are'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'card_load_keeps';
    END IF;
    IF NEW.state <> OLD.state THEN
        IF (OLD.state, NEW.state) NOT IN (
            ('asked', 'sent'), ('asked', 'refused'),
            ('sent', 'debited'), ('sent', 'refused'), ('sent', 'unknown'),
            ('unknown', 'debited'), ('unknown', 'refused'), ('unknown', 'reversing'),
            ('reversing', 'reversed'),
            ('debited', 'credited'),
            ('credited', 'writing'), ('credited', 'unclaimed'), ('credited', 'written'),
            ('writing', 'written'), ('writing', 'credited'), ('writing', 'unclaimed'),
            ('unclaimed', 'writing'), ('unclaimed', 'written')) THEN
            RAISE EXCEPTION 'a load does not go from % to %', OLD.state, NEW.state
                USING ERRCODE = 'check_violation', CONSTRAINT = 'card_load_steps';
        END IF;
        NEW.moved_at := clock_timestamp();
        INSERT INTO card_load_step (load_id, from_state, to_state, sentence, at)
            VALUES (NEW.id, OLD.state, NEW.state, NEW.sentence, clock_timestamp());
    END IF;
    RETURN NEW;
END $$;
