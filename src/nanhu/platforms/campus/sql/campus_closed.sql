-- All places that are closed by themselves or with one above them: for who asks of many at once.
CREATE OR REPLACE FUNCTION campus_closed() RETURNS TABLE (id bigint) LANGUAGE sql STABLE AS $$
    SELECT DISTINCT down.id FROM campus_place p, campus_downwards(p.id) down WHERE p.closed_at IS NOT NULL
$$;
