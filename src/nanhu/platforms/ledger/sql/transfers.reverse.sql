DROP TABLE ledger_transfer;
DROP FUNCTION ledger_apply();
DROP FUNCTION ledger_refuse();
