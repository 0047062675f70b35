DROP TRIGGER card_door_passage_keeps_all ON card_door_passage;
DROP TRIGGER card_door_passage_is_kept ON card_door_passage;
DROP FUNCTION card_door_passage_is_history();
DROP TRIGGER card_door_emergency_is_kept ON card_door_emergency;
DROP FUNCTION card_door_emergency_is_history();
DROP TRIGGER card_door_rule_is_kept ON card_door_rule;
DROP FUNCTION card_door_rule_is_history();
