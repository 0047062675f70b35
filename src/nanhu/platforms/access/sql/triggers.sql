CREATE TRIGGER access_rule_is_kept BEFORE UPDATE OR DELETE ON access_rule
    FOR EACH ROW EXECUTE FUNCTION access_rule_is_history();

CREATE TRIGGER access_emergency_is_kept BEFORE UPDATE OR DELETE ON access_emergency
    FOR EACH ROW EXECUTE FUNCTION access_emergency_is_history();

CREATE TRIGGER access_passage_is_kept BEFORE UPDATE OR DELETE ON access_passage
    FOR EACH ROW EXECUTE FUNCTION access_passage_is_history();

CREATE TRIGGER access_passage_keeps_all BEFORE TRUNCATE ON access_passage
    FOR EACH STATEMENT EXECUTE FUNCTION access_passage_is_history();

CREATE TRIGGER access_door_moves_its_list AFTER UPDATE OF place_id ON access_door
    FOR EACH ROW WHEN (OLD.place_id IS DISTINCT FROM NEW.place_id) EXECUTE FUNCTION access_list_is_stale();
