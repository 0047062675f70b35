-- the first that is one host's
CREATE OR REPLACE FUNCTION network_host_among(held inet[]) RETURNS inet LANGUAGE sql IMMUTABLE AS $$
    SELECT ip FROM unnest(held) AS ip WHERE masklen(ip) = 32 + 96 * (family(ip) / 6) LIMIT 1;
$$;
