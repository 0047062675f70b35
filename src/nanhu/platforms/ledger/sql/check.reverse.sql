DROP FUNCTION ledger_check();
