DROP TRIGGER card_withdrawal_is_decided_once ON card_withdrawal;
DROP TRIGGER card_withdrawal_is_kept ON card_withdrawal;
DROP TRIGGER card_shift_closes_once ON card_shift;
DROP TRIGGER card_shift_is_kept ON card_shift;
