DROP TRIGGER card_chip_row_keeps_rows ON card_chip_row;
DROP TRIGGER card_chip_row_keeps_all ON card_chip_row;
