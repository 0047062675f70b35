-- The front of the identity platform (nanhu.platforms.identity.front): the two requests that make up nearly all of CAS, one
-- function each. They say yes only where every check holds, in the very statement that acts. For everything else they
-- say nothing, have changed nothing, and Django answers as it would have without them.

-- Raised by every change of the registry; what a process remembers of an application is good for one version only.
CREATE TABLE identity_registry_version (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    version bigint NOT NULL
);
INSERT INTO identity_registry_version (version) VALUES (1);

CREATE FUNCTION identity_registry_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE identity_registry_version SET version = version + 1;
    RETURN NULL;
END
$$;

CREATE TRIGGER identity_application_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON identity_application
    FOR EACH STATEMENT EXECUTE FUNCTION identity_registry_changed();
CREATE TRIGGER identity_application_address_changed
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON identity_application_address
    FOR EACH STATEMENT EXECUTE FUNCTION identity_registry_changed();

-- A service ticket for the session behind a cookie. `the_mark` finds the session (marks.py), `the_key` is Django's own key:
-- its row must be there and good for as long as Django would take it. NULL: ask Django.
CREATE FUNCTION identity_front_ticket(
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

-- The ticket spent, the grant written, and what is known of its owner; NULL: ask Django, the ticket is as it was.
-- The session's row is held against its end: a sign-out either sees this grant or is seen here.
-- `preference` is the application's rule which of several identities it knows a person by (services/attributes.py).
CREATE FUNCTION identity_front_verdict(
    the_hash bytea, the_application bigint, the_version bigint, preference text, the_service text, the_moment timestamptz,
    idle interval, longest interval, sealed bytea
) RETURNS json LANGUAGE plpgsql AS $$
DECLARE
    held record;
    facts json;
    the_user text;
BEGIN
    SELECT s.id AS session_id, s.campus_no, s.authenticated_at, i.person_id, t.is_primary INTO held
      FROM identity_service_ticket t
      JOIN identity_sso_session s ON s.id = t.session_id
      JOIN identity_account i ON i.id = s.account_id
     WHERE t.ticket_hash = the_hash
       AND t.application_id = the_application
       AND t.service = the_service
       AND t.expires_at > the_moment
       AND s.ended_at IS NULL
       AND the_moment - s.created_at <= longest
       AND the_moment - s.last_seen_at <= idle
       AND i.state = 'active'
       AND the_version = (SELECT v.version FROM identity_registry_version v)
       FOR SHARE OF s;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;

    SELECT json_build_object(
               'person', p.id, 'public_id', p.public_id, 'name', p.name, 'sex', p.sex, 'email', p.email,
               'authenticated_at', held.authenticated_at, 'is_primary', held.is_primary,
               'campus_no', held.campus_no, 'ties', coalesce(ties.listed, '[]')
           ), coalesce(ties.wanted[1], held.campus_no)
      INTO facts, the_user
      FROM people_person p
      LEFT JOIN LATERAL (
          SELECT json_agg(json_build_array(
                     a.id, a.kind, a.campus_no, u.code, u.name, a.category, a.category_name, a.status_name, a.state
                 ) ORDER BY a.state = 'ended', a.state = 'planned', a.starts_on DESC, a.id) AS listed,
                 array_agg(a.campus_no ORDER BY
                     CASE preference
                         WHEN 'student_first' THEN a.kind = 'student'
                         WHEN 'as_signed_in' THEN upper(a.campus_no) = upper(held.campus_no)
                         ELSE a.kind <> 'student'
                     END DESC, a.starts_on DESC, a.id
                 ) FILTER (WHERE a.state IN ('active', 'suspended')) AS wanted
            FROM people_affiliation a
            LEFT JOIN people_org_unit u ON u.id = a.unit_id
           WHERE a.person_id = p.id
      ) ties ON true
     WHERE p.id = held.person_id AND p.merged_into_id IS NULL;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;

    DELETE FROM identity_service_ticket WHERE ticket_hash = the_hash;
    IF NOT FOUND THEN
        RETURN NULL;  -- another validation was quicker
    END IF;
    INSERT INTO identity_sso_grant (
        session_id, application_id, protocol, service, user_name, facts, ticket, logout, logout_attempts, logout_error,
        created_at
    ) VALUES (
        held.session_id, the_application, 'cas', the_service, the_user, '{}', sealed, 'open', 0, '', the_moment
    );
    RETURN facts;
END
$$;
