-- ledger_balance is moved by ledger_apply() and by nothing else. A trigger's own writes run at depth 1 or more; a statement
-- typed by anybody runs at depth 0. Escaping this takes a new trigger, that is DDL, where a session flag would take one SELECT.

CREATE TRIGGER ledger_balance_is_derived BEFORE INSERT OR UPDATE OR DELETE ON ledger_balance
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0)
    EXECUTE FUNCTION ledger_refuse('balances follow transfers');
CREATE TRIGGER ledger_balance_keeps_all BEFORE TRUNCATE ON ledger_balance
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('balances follow transfers');

CREATE FUNCTION ledger_account_opened() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ledger_balance (account_id, sign, floor_fen, balance_fen, moved_at)
        SELECT id, CASE WHEN kind IN ('asset', 'expense') THEN -1 ELSE 1 END, floor_fen, 0, now()
        FROM opened WHERE floor_fen IS NOT NULL ORDER BY id;
    RETURN NULL;
END $$;

CREATE TRIGGER ledger_account_opens_balance AFTER INSERT ON ledger_account
    REFERENCING NEW TABLE AS opened FOR EACH STATEMENT EXECUTE FUNCTION ledger_account_opened();
CREATE TRIGGER ledger_account_is_kept BEFORE DELETE ON ledger_account
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('accounts are never removed');
CREATE TRIGGER ledger_account_all_kept BEFORE TRUNCATE ON ledger_account
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('accounts are never removed');
CREATE TRIGGER ledger_account_is_fixed BEFORE UPDATE ON ledger_account
    FOR EACH ROW WHEN ((OLD.id, OLD.kind, OLD.person_id, OLD.code) IS DISTINCT FROM (NEW.id, NEW.kind, NEW.person_id, NEW.code)
                       OR OLD.floor_fen IS DISTINCT FROM NEW.floor_fen)
    EXECUTE FUNCTION ledger_refuse('the nature of an account is fixed when it is opened');

CREATE TRIGGER ledger_entry_key_is_kept BEFORE UPDATE OR DELETE ON ledger_entry_key
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('a key stays with its entry');
CREATE TRIGGER ledger_entry_key_all_kept BEFORE TRUNCATE ON ledger_entry_key
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('a key stays with its entry');

-- Balances move at every payment: room on the page keeps those updates off the indexes.
ALTER TABLE ledger_balance SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
