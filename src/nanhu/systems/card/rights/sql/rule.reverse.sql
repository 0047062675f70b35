DROP TRIGGER card_right_rule_is_kept ON card_right_rule;
DROP FUNCTION card_right_rule_is_history();
DROP FUNCTION card_right_rule_says(text, text, text, date);
