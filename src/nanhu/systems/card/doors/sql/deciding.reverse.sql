DROP FUNCTION card_door_profiles(bigint, date);
DROP FUNCTION card_door_decide(bigint, bigint, timestamptz);
DROP FUNCTION card_door_holds(integer, time, time, date, date, timestamp);
DROP FUNCTION card_door_upwards(bigint);
