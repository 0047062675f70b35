CREATE OR REPLACE FUNCTION card_right_rule_is_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.withdrawn_at IS NOT NULL OR
       (OLD.card_class, OLD.sub_class, OLD."right", OLD.is_allowed, OLD.starts_on, OLD.ends_on, OLD.reason, OLD.created_at)
       IS DISTINCT FROM
       (NEW.card_class, NEW.sub_class, NEW."right", NEW.is_allowed, NEW.starts_on, NEW.ends_on, NEW.reason, NEW.created_at)
    THEN
        RAISE EXCEPTION 'rules are withdrawn and written anew, never changed';
    END IF;
    RETURN NEW;
END $$;
