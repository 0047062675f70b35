DROP SEQUENCE card_vendor_sequence;
