CREATE TRIGGER card_load_move BEFORE INSERT OR UPDATE ON card_load FOR EACH ROW EXECUTE FUNCTION card_load_move();

CREATE TRIGGER card_load_wake AFTER INSERT ON card_load FOR EACH STATEMENT EXECUTE FUNCTION card_load_wake();

CREATE TRIGGER card_load_keep BEFORE DELETE ON card_load FOR EACH ROW EXECUTE FUNCTION card_bank_keep();

CREATE TRIGGER card_load_keep_all BEFORE TRUNCATE ON card_load FOR EACH STATEMENT EXECUTE FUNCTION card_bank_keep();

CREATE TRIGGER card_load_step_keep BEFORE UPDATE OR DELETE ON card_load_step FOR EACH ROW EXECUTE FUNCTION card_bank_keep();

CREATE TRIGGER card_load_step_keep_all BEFORE TRUNCATE ON card_load_step FOR EACH STATEMENT EXECUTE FUNCTION card_bank_keep();

CREATE TRIGGER card_online_move BEFORE INSERT OR UPDATE ON card_online_top_up FOR EACH ROW EXECUTE FUNCTION card_online_move();

CREATE TRIGGER card_online_keep BEFORE DELETE ON card_online_top_up FOR EACH ROW EXECUTE FUNCTION card_bank_keep();

CREATE TRIGGER card_online_keep_all BEFORE TRUNCATE ON card_online_top_up FOR EACH STATEMENT EXECUTE FUNCTION card_bank_keep();

CREATE TRIGGER card_online_gives_back BEFORE UPDATE OF state ON card_online_top_up
    FOR EACH ROW EXECUTE FUNCTION card_online_gives_back();

-- What arrived is booked as it was told, once, and is never removed.

CREATE TRIGGER card_bank_deposit_is_kept BEFORE DELETE ON card_bank_deposit
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('deposits are never removed');

CREATE TRIGGER card_bank_deposit_stays BEFORE UPDATE ON card_bank_deposit
    FOR EACH ROW WHEN (OLD.state <> 'asked' OR
        (OLD.token, OLD.channel_id, OLD.acquirer_id, OLD.day, OLD.amount_fen, OLD.fee_fen, OLD.reference, OLD.author_id)
            IS DISTINCT FROM (NEW.token, NEW.channel_id, NEW.acquirer_id, NEW.day, NEW.amount_fen, NEW.fee_fen, NEW.reference, NEW.author_id))
    EXECUTE FUNCTION ledger_refuse('a deposit is booked as it was told');
