DROP TRIGGER ledger_account_is_fixed ON ledger_account;
DROP TRIGGER ledger_account_all_kept ON ledger_account;
DROP TRIGGER ledger_account_is_kept ON ledger_account;
DROP TRIGGER ledger_account_opens_balance ON ledger_account;
DROP FUNCTION ledger_account_opened();
DROP TRIGGER ledger_balance_keeps_all ON ledger_balance;
DROP TRIGGER ledger_balance_is_derived ON ledger_balance;
DROP TRIGGER ledger_entry_key_is_kept ON ledger_entry_key;
DROP TRIGGER ledger_entry_key_all_kept ON ledger_entry_key;
