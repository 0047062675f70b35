DROP TRIGGER card_online_keep_all ON card_online_top_up;
DROP TRIGGER card_online_keep ON card_online_top_up;
DROP TRIGGER card_online_move ON card_online_top_up;
DROP FUNCTION card_online_move();
