DROP TABLE ledger_transfer;
