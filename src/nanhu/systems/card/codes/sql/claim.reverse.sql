-- The file that this one took the place of makes both anew.
DROP FUNCTION card_code_claim(bigint, text, bigint, text, bigint, bigint, boolean);
DROP FUNCTION card_code_device_of(text, text);
