-- When an address of this kind was next told after a moment, by the reports that are known. Null where it was not told again; '-infinity' where
-- the moment is older than what is known of reports.
CREATE OR REPLACE FUNCTION network_told_after(reports bigint[], ip inet, happened timestamptz) RETURNS timestamptz LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    moment bigint := (extract(epoch FROM happened) * 1000000)::bigint;
    next_one bigint;
BEGIN
    IF cardinality(reports) >= 48 AND moment < reports[1] / 8 THEN
        RETURN '-infinity';
    END IF;
    SELECT min(one / 8) INTO next_one FROM unnest(reports) AS one WHERE one / 8 > moment AND one & network_told_kind(ip) <> 0;
    RETURN 'epoch'::timestamptz + next_one * interval '1 microsecond';
END $$;
