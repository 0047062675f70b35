-- Addresses and prefixes of a session after a report: those said, and of each kind (IPv4, IPv6, prefix) that was not said what was held.
-- In one order, whatever the NAS's is.
CREATE OR REPLACE FUNCTION network_addresses_held(held inet[], said inet[]) RETURNS inet[] LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(array_agg(ip ORDER BY family(ip), masklen(ip) DESC, ip), '{}') FROM (
        SELECT DISTINCT ip FROM unnest(said) AS ip
        UNION
        SELECT o FROM unnest(held) AS o WHERE NOT EXISTS (
            SELECT FROM unnest(said) AS n WHERE family(n) = family(o) AND (masklen(n) >= 32 + 96 * (family(n) / 6)) = (masklen(o) >= 32 + 96 * (family(o) / 6)))
        LIMIT 16) AS merged;
$$;
