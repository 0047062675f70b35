DROP SEQUENCE IF EXISTS kernel_number_place_seq;
