-- A place and all below it.
CREATE OR REPLACE FUNCTION campus_downwards(start bigint) RETURNS TABLE (id bigint) LANGUAGE sql STABLE AS $$
    WITH RECURSIVE down (id) AS (
        SELECT start UNION SELECT p.id FROM campus_place p JOIN down ON p.parent_id = down.id
    ) SELECT down.id FROM down
$$;
