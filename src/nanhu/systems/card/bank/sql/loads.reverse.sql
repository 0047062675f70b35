DROP TRIGGER card_load_step_keep_all ON card_load_step;
DROP TRIGGER card_load_step_keep ON card_load_step;
DROP TRIGGER card_load_keep_all ON card_load;
DROP TRIGGER card_load_keep ON card_load;
DROP FUNCTION card_bank_keep();
DROP TRIGGER card_load_wake ON card_load;
DROP FUNCTION card_load_wake();
DROP TRIGGER card_load_move ON card_load;
DROP FUNCTION card_load_move();
