DROP FUNCTION card_post_payout(bigint, integer);
DROP TRIGGER card_payout_row_is_posted_once ON card_payout_row;
DROP TRIGGER card_payout_row_is_kept ON card_payout_row;
DROP TRIGGER card_payout_batch_keeps_what_was_made ON card_payout_batch;
DROP TRIGGER card_payout_batch_is_kept ON card_payout_batch;
