-- When a session was over that is found over at a moment: then, or at its last report where three did not come since.
CREATE OR REPLACE FUNCTION network_end_of(one network_session, happened timestamptz) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN one.updated_at < happened - make_interval(secs => 3 * n.interim_seconds) THEN one.updated_at ELSE happened END
      FROM network_nas n WHERE n.id = one.nas_id;
$$;
