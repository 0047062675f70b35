-- Each issued card that any rule of the place speaks of, with the ids of those rules. What they say together is the same for all
-- cards with the same ids, so that windows are reckoned once for each set.
CREATE OR REPLACE FUNCTION card_door_profiles(here bigint, since date)
RETURNS TABLE (card_id bigint, rules bigint[]) LANGUAGE sql STABLE AS $$
    WITH RECURSIVE rule AS MATERIALIZED (
        SELECT r.* FROM card_door_rule r JOIN card_door_upwards(here) up ON up.id = r.place_id
        WHERE r.withdrawn_at IS NULL AND (r.covers_below OR r.place_id = here) AND (r.ends_on IS NULL OR r.ends_on >= since - 1)
    ), down (rule_id, unit_id) AS (
        SELECT r.id, r.unit_id FROM rule r WHERE r.unit_id IS NOT NULL
        UNION
        SELECT d.rule_id, u.id FROM people_org_unit u JOIN down d ON u.parent_id = d.unit_id
    ), own AS (
        SELECT c.id, array_agg(DISTINCT r.id) AS rules
        FROM (SELECT r.id AS rule_id, r.person_id FROM rule r WHERE r.person_id IS NOT NULL
              UNION
              SELECT d.rule_id, a.person_id FROM down d JOIN people_affiliation a ON a.unit_id = d.unit_id
              WHERE a.state IN ('active', 'suspended')) AS named
        JOIN rule r ON r.id = named.rule_id
        JOIN card_card c ON c.person_id = named.person_id AND c.state = 'issued'
            AND (r.card_class = '' OR r.card_class = c.card_class) AND (r.sub_class = '' OR r.sub_class = c.sub_class)
        GROUP BY c.id
    ), kind AS (
        SELECT g.card_class, g.sub_class, array_agg(r.id) AS rules
        FROM (SELECT DISTINCT c.card_class, c.sub_class FROM card_card c WHERE c.state = 'issued') AS g
        JOIN rule r ON r.person_id IS NULL AND r.unit_id IS NULL
            AND (r.card_class = '' OR r.card_class = g.card_class) AND (r.sub_class = '' OR r.sub_class = g.sub_class)
        GROUP BY g.card_class, g.sub_class
    )
    SELECT c.id, ARRAY(SELECT x FROM unnest(coalesce(kind.rules, '{}') || coalesce(own.rules, '{}')) AS x ORDER BY x)
    FROM card_card c
    LEFT JOIN kind ON (kind.card_class, kind.sub_class) = (c.card_class, c.sub_class)
    LEFT JOIN own ON own.id = c.id
    WHERE c.state = 'issued' AND (kind.rules IS NOT NULL OR own.rules IS NOT NULL)
$$;
