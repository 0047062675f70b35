DROP TRIGGER card_wallet_all_kept ON card_wallet;
DROP TRIGGER card_wallet_is_kept ON card_wallet;
DROP TRIGGER card_card_keeps_owner ON card_card;
DROP TRIGGER card_card_is_kept ON card_card;
DROP TRIGGER card_merchant_is_kept ON card_merchant;
DROP TRIGGER card_terminal_is_kept ON card_terminal;
DROP TRIGGER card_terminal_tells_gateway ON card_terminal;
DROP FUNCTION card_terminal_changed();
DROP SEQUENCE card_number_seq;
