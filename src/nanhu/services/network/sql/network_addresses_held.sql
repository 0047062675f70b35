-- Addresses and prefixes of a session after a report: those said, and of each kind that was not said what was held. In one order, whatever the
-- NAS's is.
CREATE OR REPLACE FUNCTION network_addresses_held(held inet[], said inet[]) RETURNS inet[] LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(array_agg(ip ORDER BY family(ip), masklen(ip) DESC, ip), '{}') FROM (
        SELECT DISTINCT ip FROM unnest(said) AS ip
        UNION
        SELECT o FROM unnest(held) AS o WHERE NOT EXISTS (SELECT FROM unnest(said) AS n WHERE network_told_kind(n) = network_told_kind(o))
        LIMIT 16) AS merged;
$$;
