DROP TRIGGER card_terminal_next_key_tells_gateway ON card_terminal_next_key;
DROP FUNCTION card_terminal_watch(bigint);
DROP FUNCTION card_terminal_next_key_changed();
DROP FUNCTION card_terminal_promote_key(bigint, integer);
DROP FUNCTION card_terminal_seen(json);
