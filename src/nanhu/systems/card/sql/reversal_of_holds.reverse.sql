DROP FUNCTION card_reverse(bigint, bigint, bytea, bigint);
