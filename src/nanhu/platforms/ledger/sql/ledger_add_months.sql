CREATE OR REPLACE FUNCTION ledger_add_months(first_month date, last_month date) RETURNS integer LANGUAGE plpgsql AS $$
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
