-- An address and, of IPv6, each prefix that it may lie in, as a log keeps them.
CREATE OR REPLACE FUNCTION network_prefixes_of(sought inet) RETURNS inet[] LANGUAGE sql IMMUTABLE AS $$
    SELECT ARRAY[sought] || CASE WHEN family(sought) = 6
        THEN ARRAY(SELECT network(set_masklen(sought, length))::inet FROM generate_series(48, 127) AS length) END;
$$;
