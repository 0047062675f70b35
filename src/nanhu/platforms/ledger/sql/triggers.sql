ALTER TABLE ledger_transfer
    ALTER COLUMN era SET DEFAULT coalesce(nullif(current_setting('ledger.era', true), '')::bigint, ledger_find_era());

-- Row triggers are cloned to every partition, so that a partition cannot be written behind its parent's back.
CREATE TRIGGER ledger_transfer_keeps_rows BEFORE UPDATE OR DELETE ON ledger_transfer
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('rows are never changed, post a reversing entry');

CREATE TRIGGER ledger_transfer_keeps_all BEFORE TRUNCATE ON ledger_transfer
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('rows are never removed');

CREATE TRIGGER ledger_transfer_applies AFTER INSERT ON ledger_transfer
    REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION ledger_apply();

-- ledger_balance is moved by ledger_apply() and by nothing else. A trigger's own writes run at depth 1 or more; a statement
-- typed by anybody runs at depth 0. Escaping this takes a new trigger, that is DDL, where a session flag would take one SELECT.

CREATE TRIGGER ledger_balance_is_derived BEFORE INSERT OR UPDATE OR DELETE ON ledger_balance
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0)
    EXECUTE FUNCTION ledger_refuse('balances follow transfers');

CREATE TRIGGER ledger_balance_keeps_all BEFORE TRUNCATE ON ledger_balance
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('balances follow transfers');

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

CREATE TRIGGER ledger_block_keep BEFORE UPDATE OR DELETE ON ledger_block FOR EACH ROW EXECUTE FUNCTION ledger_seal_keep();

CREATE TRIGGER ledger_block_all_kept BEFORE TRUNCATE ON ledger_block
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('seals are never removed');

CREATE TRIGGER ledger_day_root_keep BEFORE UPDATE OR DELETE ON ledger_day_root FOR EACH ROW EXECUTE FUNCTION ledger_seal_keep();

CREATE TRIGGER ledger_day_root_all_kept BEFORE TRUNCATE ON ledger_day_root
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('seals are never removed');

-- Bills and funds follow what is written about them. As with balances, what is derived is written at trigger depth 1 or more.

CREATE TRIGGER ledger_bill_is_new BEFORE INSERT ON ledger_bill FOR EACH ROW EXECUTE FUNCTION ledger_bill_is_new();

CREATE TRIGGER ledger_bill_issued AFTER INSERT ON ledger_bill
    REFERENCING NEW TABLE AS issued FOR EACH STATEMENT EXECUTE FUNCTION ledger_bill_issued();

CREATE TRIGGER ledger_bill_moved AFTER INSERT ON ledger_bill_movement FOR EACH ROW EXECUTE FUNCTION ledger_bill_moved();

CREATE TRIGGER ledger_bill_is_derived BEFORE UPDATE OR DELETE ON ledger_bill
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION ledger_refuse('bills follow their movements');

CREATE TRIGGER ledger_bill_all_kept BEFORE TRUNCATE ON ledger_bill
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('bills are never removed');

CREATE TRIGGER ledger_bill_movement_is_kept BEFORE UPDATE OR DELETE ON ledger_bill_movement
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('what was done about a bill is never changed');

CREATE TRIGGER ledger_bill_movement_all_kept BEFORE TRUNCATE ON ledger_bill_movement
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('what was done about a bill is never changed');

CREATE TRIGGER ledger_fee_item_is_kept BEFORE UPDATE OR DELETE ON ledger_fee_item
    FOR EACH ROW EXECUTE FUNCTION ledger_fee_item_is_history();

CREATE TRIGGER ledger_fund_reserved AFTER INSERT ON ledger_reservation FOR EACH ROW EXECUTE FUNCTION ledger_fund_reserved();

CREATE TRIGGER ledger_fund_moved AFTER INSERT ON ledger_fund_movement FOR EACH ROW EXECUTE FUNCTION ledger_fund_moved();

CREATE TRIGGER ledger_fund_is_derived BEFORE UPDATE OR DELETE ON ledger_fund
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION ledger_refuse('funds follow reservations and movements');

CREATE TRIGGER ledger_fund_begins_empty BEFORE INSERT ON ledger_fund
    FOR EACH ROW WHEN ((NEW.budget_fen, NEW.available_fen, NEW.reserved_fen, NEW.spent_fen) IS DISTINCT FROM (0, 0, 0, 0))
    EXECUTE FUNCTION ledger_refuse('a fund begins empty');

CREATE TRIGGER ledger_fund_all_kept BEFORE TRUNCATE ON ledger_fund
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('funds are never removed');

CREATE TRIGGER ledger_reservation_is_derived BEFORE UPDATE OR DELETE ON ledger_reservation
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION ledger_refuse('reservations follow movements');

CREATE TRIGGER ledger_reservation_all_kept BEFORE TRUNCATE ON ledger_reservation
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('reservations are never removed');

CREATE TRIGGER ledger_fund_movement_is_kept BEFORE UPDATE OR DELETE ON ledger_fund_movement
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('movements of a fund are never changed');

CREATE TRIGGER ledger_fund_movement_all_kept BEFORE TRUNCATE ON ledger_fund_movement
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('movements of a fund are never changed');
