DROP FUNCTION card_funds_check();
DROP TRIGGER card_claimable_holds ON card_claimable;
DROP FUNCTION card_funds_hold();
DROP TRIGGER card_claim_order_resolves_once ON card_claim_order;
DROP TRIGGER card_claim_order_all_kept ON card_claim_order;
DROP TRIGGER card_claim_order_is_kept ON card_claim_order;
DROP TRIGGER card_claimable_ends_once ON card_claimable;
DROP TRIGGER card_claimable_all_kept ON card_claimable;
DROP TRIGGER card_claimable_is_kept ON card_claimable;
