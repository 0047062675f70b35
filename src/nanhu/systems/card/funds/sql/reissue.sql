-- A reissue is done once and kept; a replaced card never lives again, whoever writes the table.

CREATE TRIGGER card_reissue_is_kept BEFORE DELETE ON card_reissue
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('reissues are never removed');
CREATE TRIGGER card_reissue_ends_once BEFORE UPDATE ON card_reissue
    FOR EACH ROW WHEN ((OLD.key, OLD.old_card_id) IS DISTINCT FROM (NEW.key, NEW.old_card_id) OR OLD.state <> 'making')
    EXECUTE FUNCTION ledger_refuse('a reissue ends once');
CREATE TRIGGER card_replaced_stays_replaced BEFORE UPDATE OF state ON card_card
    FOR EACH ROW WHEN (OLD.state = 'replaced' AND NEW.state NOT IN ('replaced', 'closed'))
    EXECUTE FUNCTION ledger_refuse('a replaced card never lives again');
