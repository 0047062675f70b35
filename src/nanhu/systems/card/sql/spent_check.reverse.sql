DROP FUNCTION card_spent_check(date);
