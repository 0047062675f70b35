DROP FUNCTION card_door_refresh(bigint, date, text[], text);
DROP FUNCTION card_door_stamp(timestamptz);
DROP FUNCTION card_door_hash(text, text);
