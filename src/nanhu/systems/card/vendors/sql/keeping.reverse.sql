DROP TRIGGER card_vendor_delivery_wakes ON card_vendor_delivery;
DROP FUNCTION card_vendor_delivery_wakes();
DROP TRIGGER card_vendor_key_keeps ON card_vendor_key;
DROP FUNCTION card_vendor_key_keeps();
DROP TRIGGER card_vendor_request_keeps_all ON card_vendor_request;
DROP TRIGGER card_vendor_request_keeps_rows ON card_vendor_request;
DROP SEQUENCE card_vendor_sequence;
