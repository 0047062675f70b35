-- For whose record an account was opened stays, wherever merges carry it.
CREATE OR REPLACE FUNCTION identity_account_opened() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.opened_for_id := coalesce(NEW.opened_for_id, NEW.person_id);
        RETURN NEW;
    END IF;
    NEW.opened_for_id := coalesce(NEW.opened_for_id, OLD.opened_for_id);
    IF NEW.opened_for_id <> OLD.opened_for_id THEN
        RAISE EXCEPTION 'identity_account_opened: an account was opened for one record for ever' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
