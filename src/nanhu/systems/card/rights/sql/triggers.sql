CREATE TRIGGER card_right_rule_is_kept BEFORE UPDATE OR DELETE ON card_right_rule
    FOR EACH ROW EXECUTE FUNCTION card_right_rule_is_history();
