-- What the chip had counted comes with the write's authorisation, and stays.

DROP TRIGGER card_claim_order_resolves_once ON card_claim_order;
CREATE TRIGGER card_claim_order_resolves_once BEFORE UPDATE ON card_claim_order
    FOR EACH ROW WHEN (
        (OLD.public_id, OLD.wallet_id, OLD.card_id, OLD.amount_fen, OLD.settles_fen, OLD.begun_at)
            IS DISTINCT FROM
        (NEW.public_id, NEW.wallet_id, NEW.card_id, NEW.amount_fen, NEW.settles_fen, NEW.begun_at)
        OR (OLD.authorised_at <> '' AND (OLD.online_counter, OLD.offline_counter, OLD.chip_balance_fen, OLD.authorised_at)
                IS DISTINCT FROM (NEW.online_counter, NEW.offline_counter, NEW.chip_balance_fen, NEW.authorised_at))
        OR OLD.state <> 'writing')
    EXECUTE FUNCTION ledger_refuse('a claim is resolved once and keeps its sum');
