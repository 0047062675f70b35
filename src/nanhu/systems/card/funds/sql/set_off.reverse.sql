DROP FUNCTION card_set_off_frozen(bigint, bigint);
