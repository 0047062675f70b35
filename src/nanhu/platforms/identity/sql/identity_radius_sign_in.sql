-- A question at the RADIUS door with an app password (protocols/radius/sign_in_front.py): whose it is, where key, name, password, account and
-- access rules all say yes, in one statement. NULL: ask Django. It writes nothing.
CREATE OR REPLACE FUNCTION identity_radius_sign_in(
    the_key bytea, the_name text, lower_name text, the_secret bytea, the_moment timestamptz
) RETURNS json LANGUAGE plpgsql STABLE AS $$
DECLARE
    server record;
    held record;
    ties record;
BEGIN
    SELECT c.id, c.session_seconds, p.id AS application_id, p.key INTO server
      FROM identity_radius_client c
      JOIN identity_application p ON p.id = c.application_id
     WHERE (c.key_hash = the_key OR c.former_key_hash = the_key AND c.former_key_until > the_moment)
       AND c.is_enabled AND c.service = 'network' AND NOT p.demands_second_factor;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;

    SELECT a.id, a.public_id, a.account_id, i.person_id INTO held
      FROM identity_personal_app_password a
      JOIN identity_account i ON i.id = a.account_id
     WHERE a.secret_hash = the_secret AND a.service = 'network' AND a.revoked_at IS NULL AND i.state = 'active';
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;

    -- a number that two persons had is Django's to tell
    IF (SELECT count(*) FILTER (WHERE t.person_id = held.person_id) = 0 OR count(*) FILTER (WHERE t.person_id <> held.person_id) > 0
          FROM people_ties t WHERE t.campus_no IN (the_name, lower_name)) THEN
        RETURN NULL;
    END IF;
    SELECT array_agg(t.kind ORDER BY t.starts_on DESC, t.id) AS kinds, array_agg(t.campus_no ORDER BY t.starts_on DESC, t.id) AS numbers INTO ties
      FROM people_ties t
      JOIN people_known p ON p.id = t.person_id AND p.merged_into_id IS NULL
     WHERE t.person_id = held.person_id AND t.state IN ('active', 'suspended');
    IF ties.kinds IS NULL OR (SELECT a.is_allowed FROM identity_access(held.account_id, ARRAY[server.application_id], the_moment) a) IS NOT TRUE THEN
        RETURN NULL;
    END IF;
    RETURN json_build_object(
        'server', server.id, 'application', server.key, 'session_seconds', server.session_seconds, 'app_password', held.id,
        'public_id', held.public_id, 'account', held.account_id, 'person', held.person_id, 'groups', ties.kinds, 'campus_no', ties.numbers[1]
    );
END
$$;
