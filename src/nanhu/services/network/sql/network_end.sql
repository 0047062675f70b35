-- Ends sessions without a Stop: the NAS began anew, has them no more, or was not heard of for a day. Their disconnects are done with that.
-- One that was silent by then (three reports did not come) had its addresses to its last report: who got them since is not mistaken for it.
-- The session itself is closed at this moment, so that a report from before it opens nothing again.
CREATE OR REPLACE FUNCTION network_end(wanted bigint[], why text, happened timestamptz) RETURNS SETOF bigint LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM network_session s WHERE s.id = ANY (wanted) ORDER BY s.id FOR UPDATE;
    UPDATE network_disconnect d SET state = 'confirmed', confirmed_at = now(), due_at = NULL
     WHERE d.session_id = ANY (wanted) AND d.state <> 'confirmed';
    UPDATE network_address_line l SET ended_at = greatest(l.began_at, network_end_of(s, happened))
      FROM network_session s
     WHERE s.id = ANY (wanted) AND l.session_id = s.id AND l.began_at >= s.started_at - interval '1 day' AND l.ended_at IS NULL;
    RETURN QUERY
        UPDATE network_session s SET stopped_at = greatest(s.started_at, happened), cause = why
         WHERE s.id = ANY (wanted) AND s.stopped_at IS NULL RETURNING s.id;
END $$;
