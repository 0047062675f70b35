DROP TABLE card_receipt;
