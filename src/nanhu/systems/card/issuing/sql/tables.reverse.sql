DROP SEQUENCE card_order_number;
