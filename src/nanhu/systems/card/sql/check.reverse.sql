DROP FUNCTION card_check();
