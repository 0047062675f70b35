DROP FUNCTION card_chip_account(bigint[]);
