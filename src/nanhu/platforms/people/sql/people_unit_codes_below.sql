-- The codes of these units and of all below them: what a statement of a room above counts without asking twice.
CREATE OR REPLACE FUNCTION people_unit_codes_below(codes text[]) RETURNS text[] LANGUAGE sql STABLE AS $$
    WITH RECURSIVE below (id, code) AS (
        SELECT id, code FROM people_org_unit WHERE code = ANY(codes)
        UNION
        SELECT u.id, u.code FROM people_org_unit u JOIN below ON u.parent_id = below.id
    ) SELECT coalesce(array_agg(code::text), '{}') FROM below
$$;
