DROP TABLE card_terminal_activity;
DROP TABLE card_stored_sum;
DROP SEQUENCE card_number_seq;
DROP TABLE card_spent;
DROP TABLE card_receipt;
