-- What is never changed, and the one way each row may move on.

CREATE FUNCTION card_door_rule_is_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.withdrawn_at IS NOT NULL OR NEW.withdrawn_at IS NULL
       OR to_jsonb(NEW) - 'withdrawn_at' - 'withdrawn_by_name' <> to_jsonb(OLD) - 'withdrawn_at' - 'withdrawn_by_name' THEN
        RAISE EXCEPTION 'rules of doors are withdrawn and written anew, never changed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER card_door_rule_is_kept BEFORE UPDATE OR DELETE ON card_door_rule
    FOR EACH ROW EXECUTE FUNCTION card_door_rule_is_history();

CREATE FUNCTION card_door_emergency_is_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.closed_at IS NOT NULL OR NEW.closed_at IS NULL
       OR to_jsonb(NEW) - 'closed_at' - 'closed_by_name' <> to_jsonb(OLD) - 'closed_at' - 'closed_by_name' THEN
        RAISE EXCEPTION 'an emergency is ended, never changed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER card_door_emergency_is_kept BEFORE UPDATE OR DELETE ON card_door_emergency
    FOR EACH ROW EXECUTE FUNCTION card_door_emergency_is_history();

-- Passages are kept half a year, by the database's own clock, and then may be forgotten.
CREATE FUNCTION card_door_passage_is_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.received_at < now() - interval '180 days' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'passages are never changed';
END $$;
CREATE TRIGGER card_door_passage_is_kept BEFORE UPDATE OR DELETE ON card_door_passage
    FOR EACH ROW EXECUTE FUNCTION card_door_passage_is_history();
CREATE TRIGGER card_door_passage_keeps_all BEFORE TRUNCATE ON card_door_passage
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('passages are never removed');
