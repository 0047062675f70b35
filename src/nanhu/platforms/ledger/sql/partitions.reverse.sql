DROP FUNCTION ledger_add_months(date, date);
DROP FUNCTION ledger_guard_partition(regclass);
