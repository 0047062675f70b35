-- What a vendor was told is never changed. Sequences of the terminals that stand for vendors come from one row of numbers.

CREATE SEQUENCE card_vendor_sequence AS bigint;
