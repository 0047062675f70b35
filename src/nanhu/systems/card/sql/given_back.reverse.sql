DROP TRIGGER card_receipt_gives_back_once ON card_receipt;
DROP FUNCTION card_hold_to_the_sale();
DROP FUNCTION card_given_back(bigint);
DROP FUNCTION card_refund(bigint, bigint, bigint, bytea, bigint, bigint, text);
DROP INDEX card_receipt_given_back;
CREATE INDEX card_receipt_refunds_of ON card_receipt (reverses_id)
    WHERE outcome = 'posted' AND kind = 'refund' AND reverses_id IS NOT NULL;
