DROP FUNCTION card_end_holds(integer);
DROP FUNCTION card_settle_hold(bigint, bigint, bigint, bytea, text);
DROP FUNCTION card_told(bigint, bigint);
DROP TRIGGER card_price_tells_gateway ON card_price;
DROP FUNCTION card_price_changed();
DROP TRIGGER card_hold_keeps_what_was_held ON card_hold;
DROP TRIGGER card_hold_is_kept ON card_hold;
