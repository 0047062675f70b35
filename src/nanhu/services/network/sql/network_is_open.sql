-- Whether hours that may go past midnight hold this moment; without hours they always do.
CREATE OR REPLACE FUNCTION network_is_open(moment time, opens time, closes time) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(CASE WHEN opens < closes THEN moment >= opens AND moment < closes ELSE moment >= opens OR moment < closes END, true);
$$;
