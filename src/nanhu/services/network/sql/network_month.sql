-- the partition of the month that holds `day`, unless it is there; false where the rest already holds lines of it
CREATE OR REPLACE FUNCTION network_month(day date) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    first timestamptz := date_trunc('month', day::timestamp) AT TIME ZONE 'Asia/Shanghai';
    after timestamptz := (date_trunc('month', day::timestamp) + interval '1 month') AT TIME ZONE 'Asia/Shanghai';
    name text := 'network_address_line_' || to_char(day, 'YYYYMM');
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('network_month'));
    IF to_regclass(name) IS NOT NULL THEN
        RETURN true;
    END IF;
    IF EXISTS (SELECT FROM network_address_line_rest r WHERE r.began_at >= first AND r.began_at < after) THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE %I PARTITION OF network_address_line FOR VALUES FROM (%L) TO (%L)', name, first, after);
    RETURN true;
END $$;
