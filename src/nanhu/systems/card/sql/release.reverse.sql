DROP FUNCTION card_meter(bigint, bigint, bigint);
DROP FUNCTION card_release(bigint, bigint, bytea, bigint, bigint);
