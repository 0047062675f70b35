-- A partition holds a month of Shanghai time. Statement triggers are not cloned, so each partition gets its own:
-- a row that entered a partition directly would escape ledger_apply().

CREATE FUNCTION ledger_guard_partition(partition regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER ledger_partition_takes_no_rows BEFORE INSERT ON %s FOR EACH STATEMENT '
                   'EXECUTE FUNCTION ledger_refuse(%L)', partition, 'insert into ledger_transfer itself');
    EXECUTE format('CREATE TRIGGER ledger_partition_keeps_all BEFORE TRUNCATE ON %s FOR EACH STATEMENT '
                   'EXECUTE FUNCTION ledger_refuse(%L)', partition, 'rows are never removed');
END $$;

CREATE TABLE ledger_transfer_default PARTITION OF ledger_transfer DEFAULT;
SELECT ledger_guard_partition('ledger_transfer_default');

CREATE FUNCTION ledger_add_months(first_month date, last_month date) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    month date := date_trunc('month', first_month);
    name text;
    added integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('ledger_add_months'));
    WHILE month <= last_month LOOP
        name := 'ledger_transfer_' || to_char(month, 'YYYY_MM');
        IF to_regclass(name) IS NULL THEN
            EXECUTE format('CREATE TABLE %I PARTITION OF ledger_transfer FOR VALUES FROM (%L) TO (%L)', name,
                           month::timestamp AT TIME ZONE 'Asia/Shanghai',
                           (month + interval '1 month')::timestamp AT TIME ZONE 'Asia/Shanghai');
            PERFORM ledger_guard_partition(name::regclass);
            added := added + 1;
        END IF;
        month := (month + interval '1 month')::date;
    END LOOP;
    RETURN added;
END $$;

SELECT ledger_add_months((now() - interval '4 months')::date, (now() + interval '6 months')::date);
