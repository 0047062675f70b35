DROP FUNCTION card_unspend(bigint, timestamptz, smallint, bigint);
DROP FUNCTION card_day(timestamptz);
DROP INDEX card_receipt_refunds_of;
DROP INDEX card_receipt_reversed_once;
CREATE UNIQUE INDEX card_receipt_reversed_once ON card_receipt (reverses_id) WHERE outcome = 'posted';
ALTER TABLE card_receipt DROP COLUMN meal;
DROP TABLE card_spent;
