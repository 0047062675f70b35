SELECT ledger_guard_partition('ledger_transfer_default');

SELECT ledger_add_months((now() - interval '4 months')::date, (now() + interval '6 months')::date);
