DROP TRIGGER ledger_day_root_all_kept ON ledger_day_root;
DROP TRIGGER ledger_day_root_keep ON ledger_day_root;
DROP TRIGGER ledger_block_all_kept ON ledger_block;
DROP TRIGGER ledger_block_keep ON ledger_block;
DROP FUNCTION ledger_seal_keep();
DROP TRIGGER ledger_transfer_is_in_order ON ledger_transfer;
DROP FUNCTION ledger_refuse_forged_order();
ALTER TABLE ledger_transfer DROP COLUMN era, DROP COLUMN xid;
DROP FUNCTION ledger_find_era();
