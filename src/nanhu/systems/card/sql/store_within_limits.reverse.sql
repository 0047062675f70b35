DROP FUNCTION card_store(bigint, json, json);
