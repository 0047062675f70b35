-- Cards, wallets, merchants and terminals are named by receipts without a foreign key on the hot path: they are never removed.
-- The gateway keeps terminals' keys in memory; it hears at once when one changes.

CREATE FUNCTION card_terminal_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('card_terminal', NEW.number);
    RETURN NULL;
END $$;

CREATE TRIGGER card_terminal_tells_gateway AFTER UPDATE OF key, key_version, state, merchant_id ON card_terminal
    FOR EACH ROW EXECUTE FUNCTION card_terminal_changed();
CREATE TRIGGER card_terminal_is_kept BEFORE DELETE ON card_terminal
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('terminals are switched off, not removed');
CREATE TRIGGER card_merchant_is_kept BEFORE DELETE ON card_merchant
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('merchants are never removed');
CREATE TRIGGER card_card_is_kept BEFORE DELETE ON card_card
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('cards are closed, not removed');
CREATE TRIGGER card_card_keeps_owner BEFORE UPDATE OF id, wallet_id, person_id ON card_card
    FOR EACH ROW WHEN ((OLD.id, OLD.wallet_id, OLD.person_id) IS DISTINCT FROM (NEW.id, NEW.wallet_id, NEW.person_id))
    EXECUTE FUNCTION ledger_refuse('a card stays with its owner');
CREATE TRIGGER card_wallet_is_kept BEFORE UPDATE OR DELETE ON card_wallet
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('a wallet stays with its owner');
CREATE TRIGGER card_wallet_all_kept BEFORE TRUNCATE ON card_wallet
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('a wallet stays with its owner');

CREATE SEQUENCE card_number_seq START 1000000001;
