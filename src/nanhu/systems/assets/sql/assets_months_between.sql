CREATE OR REPLACE FUNCTION assets_months_between(first date, later date) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (date_part('year', later) * 12 + date_part('month', later) - date_part('year', first) * 12 - date_part('month', first))::integer
$$;
