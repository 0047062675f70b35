DROP TRIGGER card_replaced_stays_replaced ON card_card;
DROP TRIGGER card_reissue_ends_once ON card_reissue;
DROP TRIGGER card_reissue_is_kept ON card_reissue;
