-- What stands in another's place: an address of IPv4, one of IPv6, or a prefix.
CREATE OR REPLACE FUNCTION network_kind_of(ip inet) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN masklen(ip) < 32 + 96 * (family(ip) / 6) THEN -family(ip) ELSE family(ip) END;
$$;
