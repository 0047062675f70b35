-- A place and all above it. Published, like the next two, for the SQL of the rooms above.
CREATE OR REPLACE FUNCTION campus_upwards(start bigint) RETURNS TABLE (id bigint) LANGUAGE sql STABLE AS $$
    WITH RECURSIVE up (id, parent_id) AS (
        SELECT p.id, p.parent_id FROM campus_place p WHERE p.id = start
        UNION
        SELECT p.id, p.parent_id FROM campus_place p JOIN up ON p.id = up.parent_id
    ) SELECT up.id FROM up
$$;
