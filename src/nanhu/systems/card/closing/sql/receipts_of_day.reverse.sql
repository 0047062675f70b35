DROP TRIGGER card_correction_is_kept ON card_correction;
DROP TRIGGER card_correction_is_decided_once ON card_correction;
DROP TRIGGER card_correction_keeps_what_was_asked ON card_correction;
DROP TRIGGER card_settlement_keeps_rows ON card_settlement;
DROP FUNCTION card_settlement_keep();
DROP INDEX card_receipt_posted;
