CREATE TRIGGER card_door_rule_is_kept BEFORE UPDATE OR DELETE ON card_door_rule
    FOR EACH ROW EXECUTE FUNCTION card_door_rule_is_history();

CREATE TRIGGER card_door_emergency_is_kept BEFORE UPDATE OR DELETE ON card_door_emergency
    FOR EACH ROW EXECUTE FUNCTION card_door_emergency_is_history();

CREATE TRIGGER card_door_passage_is_kept BEFORE UPDATE OR DELETE ON card_door_passage
    FOR EACH ROW EXECUTE FUNCTION card_door_passage_is_history();

CREATE TRIGGER card_door_passage_keeps_all BEFORE TRUNCATE ON card_door_passage
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('passages are never removed');

CREATE TRIGGER card_door_place_moves_its_lists AFTER UPDATE OF parent_id ON card_door_place
    FOR EACH ROW WHEN (OLD.parent_id IS DISTINCT FROM NEW.parent_id) EXECUTE FUNCTION card_door_lists_are_stale();

CREATE TRIGGER card_door_moves_its_list AFTER UPDATE OF place_id ON card_door
    FOR EACH ROW WHEN (OLD.place_id IS DISTINCT FROM NEW.place_id) EXECUTE FUNCTION card_door_lists_are_stale();
