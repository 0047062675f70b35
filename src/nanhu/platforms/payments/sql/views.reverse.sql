DROP VIEW payments_movement, payments_signed, payments_party;
