-- The front of the identity platform (nanhu.platforms.identity.front): the two requests that make up nearly all of CAS, one
-- function each. They say yes only where every check holds, in the very statement that acts. For everything else they
-- say nothing, have changed nothing, and Django answers as it would have without them.
-- A service ticket for the session behind a cookie. `the_mark` finds the session (marks.py), `the_key` is Django's own key:
-- its row must be there and good for as long as Django would take it. NULL: ask Django.
CREATE OR REPLACE FUNCTION identity_front_ticket(
    the_mark bytea, the_key text, the_application bigint, the_version bigint, the_moment timestamptz,
    idle interval, longest interval, the_hash bytea, the_service text, until timestamptz
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    the_session bigint;
    seen timestamptz;
BEGIN
    SELECT s.id, s.last_seen_at INTO the_session, seen
      FROM identity_sso_session s
      JOIN identity_account i ON i.id = s.account_id
     WHERE s.cookie_mark = the_mark
       AND s.ended_at IS NULL
       AND the_moment - s.created_at <= longest
       AND the_moment - s.last_seen_at <= idle
       AND i.state = 'active'
       AND s.password_mark = sha256(convert_to(i.password, 'UTF8'))
       AND EXISTS (SELECT FROM django_session d WHERE d.session_key = the_key AND d.expire_date > the_moment)
       AND (
           s.second_factor_at IS NOT NULL
           OR NOT EXISTS (SELECT FROM identity_application p WHERE p.id = the_application AND p.demands_second_factor)
           AND NOT EXISTS (SELECT FROM identity_role_grant g WHERE g.account_id = i.id AND g.revoked_at IS NULL)
       )
       AND the_version = (SELECT v.version FROM identity_registry_version v)
       AND (SELECT a.is_allowed FROM identity_access(i.id, ARRAY[the_application], the_moment) a);
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    IF the_moment - seen > interval '60 seconds' THEN
        UPDATE identity_sso_session SET last_seen_at = the_moment WHERE id = the_session;
    END IF;
    INSERT INTO identity_service_ticket
        (ticket_hash, application_id, session_id, service, is_primary, created_at, expires_at)
    VALUES (the_hash, the_application, the_session, the_service, false, the_moment, until);
    RETURN the_session;
END
$$;
