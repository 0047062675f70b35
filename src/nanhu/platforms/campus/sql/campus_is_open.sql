-- Closed neither by itself nor by one above it; of a moment that is over, as far as it was closed since then.
CREATE OR REPLACE FUNCTION campus_is_open(place bigint, moment timestamptz DEFAULT 'infinity') RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT NOT EXISTS (SELECT FROM campus_place p JOIN campus_upwards(place) up ON up.id = p.id WHERE p.closed_at <= moment)
$$;
