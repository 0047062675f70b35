DROP FUNCTION card_pay(json, json);
