DROP FUNCTION card_chip_store(bigint, json, json);
