CREATE SEQUENCE card_order_number;
