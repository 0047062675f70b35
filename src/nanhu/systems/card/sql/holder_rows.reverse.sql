ALTER TABLE card_receipt RESET (autovacuum_vacuum_insert_scale_factor, autovacuum_vacuum_insert_threshold);
DROP INDEX card_receipt_of_wallet;
CREATE INDEX card_receipt_of_wallet ON card_receipt (wallet_id, occurred_at DESC, id DESC) WHERE outcome = 'posted';
