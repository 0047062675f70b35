-- What arrived is booked as it was told, once, and is never removed.

CREATE TRIGGER card_bank_deposit_is_kept BEFORE DELETE ON card_bank_deposit
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('deposits are never removed');
CREATE TRIGGER card_bank_deposit_stays BEFORE UPDATE ON card_bank_deposit
    FOR EACH ROW WHEN (OLD.state <> 'asked' OR
        (OLD.token, OLD.channel_id, OLD.acquirer_id, OLD.day, OLD.amount_fen, OLD.fee_fen, OLD.reference, OLD.author_id)
            IS DISTINCT FROM (NEW.token, NEW.channel_id, NEW.acquirer_id, NEW.day, NEW.amount_fen, NEW.fee_fen, NEW.reference, NEW.author_id))
    EXECUTE FUNCTION ledger_refuse('a deposit is booked as it was told');
