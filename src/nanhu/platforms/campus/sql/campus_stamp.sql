-- Another text whenever a place came, moved, was closed or opened: for what is kept of the tree elsewhere.
CREATE OR REPLACE FUNCTION campus_stamp() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT concat_ws('-', count(*), sum(p.version)) FROM campus_place p
$$;
