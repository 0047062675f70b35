DROP VIEW payments_payout_order, payments_deposit_order, payments_movement, payments_signed, payments_party;
