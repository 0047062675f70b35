DROP FUNCTION card_pin_tried(bigint, text, boolean, integer, integer);
DROP FUNCTION card_pin_look(text[], text);
