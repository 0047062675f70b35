DROP FUNCTION card_refund(bigint, bigint, bigint, bytea, bigint, bigint, text);
