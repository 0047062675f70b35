-- A partition holds a month of Shanghai time. Statement triggers are not cloned, so each partition gets its own:
-- a row that entered a partition directly would escape ledger_apply().

CREATE OR REPLACE FUNCTION ledger_guard_partition(partition regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER ledger_partition_takes_no_rows BEFORE INSERT ON %s FOR EACH STATEMENT '
                   'EXECUTE FUNCTION ledger_refuse(%L)', partition, 'insert into ledger_transfer itself');
    EXECUTE format('CREATE TRIGGER ledger_partition_keeps_all BEFORE TRUNCATE ON %s FOR EACH STATEMENT '
                   'EXECUTE FUNCTION ledger_refuse(%L)', partition, 'rows are never removed');
END $$;
