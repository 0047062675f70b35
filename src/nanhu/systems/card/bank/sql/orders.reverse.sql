DROP VIEW card_bank_order;
