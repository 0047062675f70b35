-- On line, and ought not to be: let in before its grant ended and heard of after, or taken as ended while it was on line. What was given up
-- (red) is asked for twice more, for its NAS can be heard again.
CREATE OR REPLACE FUNCTION network_ask_again(session bigint, nas bigint, by_grant bigint, must_go boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO network_disconnect (public_id, session_id, nas_id, cause, author_name, state, answer, created_at, due_at, attempts, error)
    SELECT gen_random_uuid(), session, nas,
           coalesce(nullif(g.cause, ''), (SELECT d.cause FROM network_disconnect d WHERE d.session_id = session ORDER BY d.id DESC LIMIT 1),
                    'ours:ended'),
           'system:network', 'waiting', '', now(), now(), 0, ''
      FROM (VALUES (by_grant)) AS of (grant_id) LEFT JOIN network_grant g ON g.id = of.grant_id
     WHERE (g.ended_at IS NOT NULL OR must_go)
       AND NOT EXISTS (SELECT FROM network_disconnect d WHERE d.session_id = session AND d.state <> 'confirmed')
    ON CONFLICT DO NOTHING;
    IF FOUND THEN
        UPDATE network_session s SET closing_at = now() WHERE s.id = session;
        PERFORM pg_notify('nanhu_network', '');
        RETURN;
    END IF;
    UPDATE network_disconnect d SET state = 'unconfirmed', due_at = now(), attempts = 4, error = ''
     WHERE d.session_id = session AND d.state = 'failed'
       AND NOT EXISTS (SELECT FROM network_disconnect o WHERE o.session_id = session AND o.state IN ('waiting', 'sent', 'unconfirmed'));
    IF FOUND THEN
        PERFORM pg_notify('nanhu_network', '');
    END IF;
END $$;
