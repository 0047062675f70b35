-- When somebody last used what is on line: traffic of more than 1 kB a second since the last report. A phone that lies there fetches less;
-- of a NAS that counts no traffic each report counts.
CREATE OR REPLACE FUNCTION network_active_at(was_active timestamptz, last_report timestamptz, octets_before bigint, happened timestamptz, octets bigint)
RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN happened <= last_report THEN was_active
                WHEN octets = 0 AND octets_before = 0 OR octets - octets_before > 1024 * extract(epoch FROM happened - last_report) THEN happened
                ELSE was_active END
$$;
