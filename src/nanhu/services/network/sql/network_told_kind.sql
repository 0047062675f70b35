-- What stands in another's place: an address of IPv4 (1), one of IPv6 (2), or a prefix (4); as bits in what `network_reports_with` keeps.
CREATE OR REPLACE FUNCTION network_told_kind(ip inet) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN family(ip) = 4 THEN 1 WHEN masklen(ip) = 128 THEN 2 ELSE 4 END;
$$;
