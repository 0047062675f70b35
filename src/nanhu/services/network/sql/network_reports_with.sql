-- The moments at which a session's addresses were told, in order and the last 48 of them (four hours of reports each five minutes): microseconds
-- of the epoch, times eight, and which kinds were told (1 IPv4, 2 IPv6, 4 prefixes). A report that tells no address is none of them.
CREATE OR REPLACE FUNCTION network_reports_with(reports bigint[], said inet[], happened timestamptz) RETURNS bigint[] LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    ip inet;
    kinds bigint := 0;
    added bigint;
BEGIN
    FOREACH ip IN ARRAY said LOOP
        kinds := kinds | network_told_kind(ip);
    END LOOP;
    IF kinds = 0 THEN
        RETURN coalesce(reports, '{}');
    END IF;
    added := (extract(epoch FROM happened) * 1000000)::bigint * 8 + kinds;
    IF reports IS NOT NULL AND reports <> '{}' AND added <= reports[cardinality(reports)] THEN
        reports := ARRAY(SELECT DISTINCT one FROM unnest(reports || added) AS one ORDER BY one);
    ELSE
        reports := coalesce(reports, '{}') || added;
    END IF;
    RETURN reports[greatest(1, cardinality(reports) - 47):];
END $$;
