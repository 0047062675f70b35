DROP TRIGGER IF EXISTS card_cash_exception_keeps_what_was_asked ON card_cash_exception;
DROP TRIGGER IF EXISTS card_cash_exception_is_kept ON card_cash_exception;
DROP TRIGGER IF EXISTS card_top_up_keeps_all ON card_top_up;
DROP TRIGGER IF EXISTS card_top_up_keeps_rows ON card_top_up;
