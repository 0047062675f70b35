DROP INDEX card_receipt_posted;
