DROP FUNCTION ledger_check_day(date);
DROP FUNCTION ledger_sum_day(date);
DROP FUNCTION ledger_legs_of(timestamptz, timestamptz);
