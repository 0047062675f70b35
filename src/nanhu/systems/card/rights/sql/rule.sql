-- What the rules say of a right on a day: the sub-class's own rule, else its class's, NULL where none speaks (the school's
-- default holds then). Evaluated when asked, never copied to cards: a change reaches every holder with its commit.
CREATE FUNCTION card_right_rule_says(its_class text, its_sub_class text, wanted text, on_day date) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT r.is_allowed FROM card_right_rule r
    WHERE r.card_class = its_class AND r.sub_class IN ('', its_sub_class) AND r."right" = wanted AND r.withdrawn_at IS NULL
      AND r.starts_on <= on_day AND (r.ends_on IS NULL OR r.ends_on >= on_day)
    ORDER BY r.sub_class <> '' DESC LIMIT 1
$$;

CREATE FUNCTION card_right_rule_is_history() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER card_right_rule_is_kept BEFORE UPDATE OR DELETE ON card_right_rule
    FOR EACH ROW EXECUTE FUNCTION card_right_rule_is_history();
