-- Of what people are known by now: another stamp, something about somebody has changed.
CREATE OR REPLACE FUNCTION people_stamp() RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT max(s.id) FROM people_change_set s
$$;
