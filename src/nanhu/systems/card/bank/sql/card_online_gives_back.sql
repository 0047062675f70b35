CREATE OR REPLACE FUNCTION card_online_gives_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'credited' AND NEW.state = 'refunding'
       AND NOT EXISTS (SELECT 1 FROM card_claimable c WHERE c.id = OLD.claimable_id AND c.state = 'returned') THEN
        RAISE EXCEPTION 'a credited top-up is given back when its claimable was returned'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'card_online_steps';
    END IF;
    RETURN NEW;
END $$;
