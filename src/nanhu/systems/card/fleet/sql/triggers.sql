CREATE CONSTRAINT TRIGGER card_revocation_of_new AFTER INSERT ON card_card DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.state <> 'issued' OR NEW.valid_until < CURRENT_DATE + 1) EXECUTE FUNCTION card_revocation_follow();

CREATE CONSTRAINT TRIGGER card_revocation_of_changed AFTER UPDATE ON card_card DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN ((OLD.state, OLD.valid_until, OLD.uid) IS DISTINCT FROM (NEW.state, NEW.valid_until, NEW.uid))
    EXECUTE FUNCTION card_revocation_follow();

CREATE TRIGGER card_revocation_change_keeps_rows BEFORE UPDATE OR DELETE ON card_revocation_change
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('the diary of the revocation list is never changed');

CREATE TRIGGER card_revocation_change_keeps_all BEFORE TRUNCATE ON card_revocation_change
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('the diary of the revocation list is never removed');
