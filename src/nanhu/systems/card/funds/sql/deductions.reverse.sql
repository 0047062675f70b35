DROP TRIGGER card_deduction_is_kept ON card_deduction;
