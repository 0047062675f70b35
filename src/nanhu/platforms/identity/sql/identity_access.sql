-- identity_access(account, applications, moment): one row for each application that exists, if the account exists.
--   verdict         allowed?  rule_id
--   account         no        -               the account is not active
--   disabled        no        -               the application is switched off
--   denied          no        what denies
--   not_listed      no        -               it has allowing rules (in force or not) and none matches
--   unaffiliated    no        -               no rule speaks of the account, and it has no active affiliation but as a guest
--   in_grace        no        -               the same, of somebody who has left and whose account stays open some days
--   maintenance     no        -               it rests (maintenance_id) and the account is no tester
--   allowed         yes       what allows
--   everybody       yes       -               no allowing rule: open to every active affiliation but a guest's
--   grace           yes       -               has left, and the application admits who has (admits_grace)
-- A rule for a single person beats one for many; among equals a denial beats an allowance. Holders of campus.admin, the
-- application's contact and its testers pass during maintenance.
-- In plpgsql, whose plans are kept for the session: planning all of this anew would cost ten times what it takes to run.
-- Applications without rules and rests, which are most, take the short way.
CREATE OR REPLACE FUNCTION identity_access(the_account bigint, the_applications bigint[], the_moment timestamptz)
RETURNS TABLE (application_id bigint, is_allowed boolean, verdict text, rule_id bigint, maintenance_id bigint)
LANGUAGE plpgsql STABLE ROWS 1 SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
    IF NOT EXISTS (SELECT FROM identity_access_rule r WHERE r.application_id = ANY (the_applications))
       AND NOT EXISTS (
           SELECT FROM identity_maintenance m WHERE m.application_id = ANY (the_applications) AND m.ends_at > the_moment
       )
    THEN
        RETURN QUERY
        SELECT j.id, j.word IN ('everybody', 'grace'), j.word, NULL::bigint, NULL::bigint
          FROM (
              SELECT p.id,
                     CASE
                         WHEN i.state <> 'active' THEN 'account'
                         WHEN NOT p.is_enabled THEN 'disabled'
                         WHEN p.admits_grace AND i.grace_until > the_moment THEN 'grace'
                         WHEN EXISTS (
                             SELECT FROM people_ties a
                              WHERE a.person_id = i.person_id AND a.state = 'active' AND a.kind <> 'guest'
                         ) THEN 'everybody'
                         WHEN i.grace_until > the_moment THEN 'in_grace'
                         ELSE 'unaffiliated'
                     END AS word
                FROM identity_application p
                JOIN identity_account i ON i.id = the_account
               WHERE p.id = ANY (the_applications)
          ) j;
        RETURN;
    END IF;

    RETURN QUERY
    WITH spoken AS (
        SELECT f.application_id,
               bool_or(f.effect = 'allow') AS is_closed,
               min(f.rule_id) FILTER (WHERE f.is_hit AND f.effect = 'deny' AND f.is_single) AS denied_single,
               min(f.rule_id) FILTER (WHERE f.is_hit AND f.effect = 'allow' AND f.is_single) AS allowed_single,
               min(f.rule_id) FILTER (WHERE f.is_hit AND f.effect = 'deny') AS denied,
               min(f.rule_id) FILTER (WHERE f.is_hit AND f.effect = 'allow') AS allowed,
               bool_or(f.is_hit AND f.effect = 'tester') AS is_tester
          FROM (
              SELECT r.*, r.is_in_force AND r.is_match AS is_hit
                FROM identity_rules_for(the_account, the_applications, the_moment) r
          ) f
         GROUP BY f.application_id
    ), judged AS (
        SELECT p.id, s.denied_single, s.allowed_single, s.denied, s.allowed,
               CASE
                   WHEN i.state <> 'active' THEN 'account'
                   WHEN NOT p.is_enabled THEN 'disabled'
                   WHEN s.denied_single IS NOT NULL THEN 'denied'
                   WHEN s.allowed_single IS NOT NULL THEN 'allowed'
                   WHEN s.denied IS NOT NULL THEN 'denied'
                   WHEN s.allowed IS NOT NULL THEN 'allowed'
                   WHEN p.admits_grace AND i.grace_until > the_moment THEN 'grace'
                   WHEN s.is_closed THEN 'not_listed'
                   WHEN EXISTS (
                       SELECT FROM people_ties a
                        WHERE a.person_id = i.person_id AND a.state = 'active' AND a.kind <> 'guest'
                   ) THEN 'everybody'
                   WHEN i.grace_until > the_moment THEN 'in_grace'
                   ELSE 'unaffiliated'
               END AS verdict,
               CASE
                   WHEN s.is_tester OR p.contact_id = the_account THEN NULL
                   ELSE (
                       SELECT m.id
                         FROM identity_maintenance m
                        WHERE m.application_id = p.id AND m.starts_at <= the_moment AND m.ends_at > the_moment
                          AND NOT EXISTS (
                              SELECT FROM identity_role_grant g
                               WHERE g.account_id = the_account AND g.role = 'campus.admin' AND g.revoked_at IS NULL
                                 AND (g.ends_at IS NULL OR g.ends_at > the_moment)
                          )
                        ORDER BY m.ends_at DESC
                        LIMIT 1
                   )
               END AS resting
          FROM identity_application p
          JOIN identity_account i ON i.id = the_account
          LEFT JOIN spoken s ON s.application_id = p.id
         WHERE p.id = ANY (the_applications)
    )
    SELECT j.id,
           j.verdict IN ('allowed', 'everybody', 'grace') AND j.resting IS NULL,
           CASE WHEN j.verdict IN ('allowed', 'everybody', 'grace') AND j.resting IS NOT NULL THEN 'maintenance' ELSE j.verdict END,
           CASE
               WHEN j.verdict = 'denied' THEN coalesce(j.denied_single, j.denied)
               WHEN j.verdict = 'allowed' AND j.resting IS NULL THEN coalesce(j.allowed_single, j.allowed)
           END,
           CASE WHEN j.verdict IN ('allowed', 'everybody', 'grace') THEN j.resting END
      FROM judged j;
END
$$;
