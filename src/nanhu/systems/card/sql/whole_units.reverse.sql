DROP FUNCTION card_unit_fen(bigint, timestamptz);
