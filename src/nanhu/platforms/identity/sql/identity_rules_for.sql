-- identity_rules_for(account, applications, moment): each rule of these applications, and whether it is in force and
-- speaks of this account. All conditions of a rule must hold; kind, category and unit must hold for one and the same
-- active affiliation; a unit means everything below it.
CREATE OR REPLACE FUNCTION identity_rules_for(the_account bigint, the_applications bigint[], the_moment timestamptz)
RETURNS TABLE (
    rule_id bigint, application_id bigint, effect text, is_single boolean, is_in_force boolean, is_match boolean
)
LANGUAGE sql STABLE ROWS 4 AS $$
    WITH RECURSIVE tie AS (
        SELECT a.id, a.kind, a.category, a.unit_id
          FROM identity_account i
          JOIN people_ties a ON a.person_id = i.person_id
         WHERE i.id = the_account AND a.state = 'active'
    ), above (tie_id, unit_id) AS (
        SELECT tie.id, tie.unit_id FROM tie WHERE tie.unit_id IS NOT NULL
        UNION
        SELECT above.tie_id, u.parent_id
          FROM above
          JOIN people_units u ON u.id = above.unit_id
         WHERE u.parent_id IS NOT NULL
    )
    SELECT r.id, r.application_id, r.effect::text, r.account_id IS NOT NULL,
           coalesce(r.starts_on <= (the_moment AT TIME ZONE 'Asia/Shanghai')::date, true)
           AND coalesce(r.ends_on >= (the_moment AT TIME ZONE 'Asia/Shanghai')::date, true),
           (r.account_id IS NULL OR r.account_id = the_account)
           AND (r.role = '' OR EXISTS (
               SELECT FROM identity_role_grant g
                WHERE g.account_id = the_account AND g.role = r.role AND g.revoked_at IS NULL
                  AND (g.ends_at IS NULL OR g.ends_at > the_moment)
           ))
           AND (r.affiliation_kind = '' AND r.category = '' AND r.unit_id IS NULL OR EXISTS (
               SELECT FROM tie t
                WHERE (r.affiliation_kind = '' OR r.affiliation_kind = t.kind)
                  AND (r.category = '' OR r.category = t.category)
                  AND (r.unit_id IS NULL OR EXISTS (
                      SELECT FROM above b WHERE b.tie_id = t.id AND b.unit_id = r.unit_id
                  ))
           ))
      FROM identity_access_rule r
     WHERE r.application_id = ANY (the_applications)
$$;
