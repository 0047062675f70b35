-- The ticket spent, the grant written, and what is known of its owner; NULL: ask Django, the ticket is as it was.
-- The session's row is held against its end: a sign-out either sees this grant or is seen here.
-- `preference` is the application's rule which of several identities it knows a person by (services/attributes.py).
CREATE OR REPLACE FUNCTION identity_front_verdict(
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
      FROM people_known p
      LEFT JOIN LATERAL (
          SELECT json_agg(json_build_array(
                     a.id, a.kind, a.campus_no, u.code, u.name, d.code, d.name,
                     CASE WHEN u.kind IN ('班级', 'class') THEN u.code END,
                     CASE WHEN u.kind IN ('班级', 'class') THEN u.name END,
                     a.category, a.category_name, a.status_name, a.state
                 ) ORDER BY a.state = 'ended', a.state = 'planned', a.starts_on DESC, a.id) AS listed,
                 array_agg(a.campus_no ORDER BY
                     CASE preference
                         WHEN 'student_first' THEN a.kind = 'student'
                         WHEN 'as_signed_in' THEN upper(a.campus_no) = upper(held.campus_no)
                         ELSE a.kind <> 'student'
                     END DESC, a.starts_on DESC, a.id
                 ) FILTER (WHERE a.state IN ('active', 'suspended')) AS wanted
            FROM people_ties a
            LEFT JOIN people_units u ON u.id = a.unit_id
            LEFT JOIN people_units u2 ON u2.id = u.parent_id
            LEFT JOIN people_units u3 ON u3.id = u2.parent_id
            LEFT JOIN LATERAL (  -- the department above class and major: people/queries.py, department_and_class
                SELECT line.code, line.name
                  FROM (VALUES (1, u.code, u.name, u.kind), (2, u2.code, u2.name, u2.kind), (3, u3.code, u3.name, u3.kind),
                               (4, u.code, u.name, '')) AS line (height, code, name, kind)
                 WHERE line.code IS NOT NULL AND line.kind NOT IN ('班级', 'class', '专业', 'major')
                 ORDER BY line.height
                 LIMIT 1
            ) d ON true
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
