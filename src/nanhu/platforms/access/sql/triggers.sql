CREATE TRIGGER card_door_rule_is_kept BEFORE UPDATE OR DELETE ON card_door_rule
    FOR EACH ROW EXECUTE FUNCTION card_door_rule_is_history();

CREATE TRIGGER card_door_emergency_is_kept BEFORE UPDATE OR DELETE ON card_door_emergency
    FOR EACH ROW EXECUTE FUNCTION card_door_emergency_is_history();

CREATE TRIGGER card_door_passage_is_kept BEFORE UPDATE OR DELETE ON card_door_passage
    FOR EACH ROW EXECUTE FUNCTION card_door_passage_is_history();

CREATE TRIGGER card_door_passage_keeps_all BEFORE TRUNCATE ON card_door_passage
    FOR EACH STATEMENT EXECUTE FUNCTION card_door_passage_is_history();

CREATE TRIGGER card_door_moves_its_list AFTER UPDATE OF place_id ON card_door
    FOR EACH ROW WHEN (OLD.place_id IS DISTINCT FROM NEW.place_id) EXECUTE FUNCTION card_door_list_is_stale();
