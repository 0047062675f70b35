-- Who may pass: one passage decided in one query, and all cards of a place at once for lists and previews.
-- Precedence (docs/decisions/0010): 1 a person denied, 2 a person allowed, 3 a group denied, 4 a group allowed, else closed.

CREATE FUNCTION card_door_upwards(start bigint) RETURNS TABLE (id bigint) LANGUAGE sql STABLE AS $$
    WITH RECURSIVE up (id, parent_id) AS (
        SELECT p.id, p.parent_id FROM card_door_place p WHERE p.id = start
        UNION
        SELECT p.id, p.parent_id FROM card_door_place p JOIN up ON p.id = up.parent_id
    ) SELECT up.id FROM up
$$;

-- A rule's times on the wall clock of the campus; over midnight it belongs to the day it begins.
CREATE FUNCTION card_door_holds(weekdays integer, from_time time, until_time time, starts_on date, ends_on date, at timestamp)
RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN from_time < until_time AND (at::time < from_time OR at::time >= until_time) THEN false
                WHEN from_time > until_time AND at::time >= until_time AND at::time < from_time THEN false
                ELSE d.day >= starts_on AND (ends_on IS NULL OR d.day <= ends_on)
                     AND weekdays >> (extract(isodow FROM d.day)::integer - 1) & 1 = 1 END
    FROM (SELECT at::date - CASE WHEN from_time > until_time AND at::time < until_time THEN 1 ELSE 0 END AS day) AS d
$$;

-- `wanted` may be NULL (no card: only whether there is an emergency). Rules and emergencies are taken as they stood at `moment`.
-- Where the side counts, the same person at two doors of the place waits here.
CREATE FUNCTION card_door_decide(door bigint, wanted bigint, moment timestamptz)
RETURNS TABLE (place_id bigint, pass_back text, emergency_id bigint, rule_id bigint, is_allowed boolean, is_inside boolean)
LANGUAGE plpgsql AS $$
DECLARE
    here record;
    holder record;
BEGIN
    SELECT p.id, p.pass_back INTO here FROM card_door d JOIN card_door_place p ON p.id = d.place_id WHERE d.terminal_id = door;
    SELECT c.person_id, c.card_class, c.sub_class INTO holder FROM card_card c WHERE c.id = wanted;
    IF here.pass_back <> 'off' AND holder.person_id IS NOT NULL THEN
        PERFORM pg_advisory_xact_lock(hashtextextended(format('card_door:%s:%s', here.id, holder.person_id), 0));
    END IF;
    RETURN QUERY
    WITH RECURSIVE up AS MATERIALIZED (
        SELECT u.id FROM card_door_upwards(here.id) u
    ), unit (id, parent_id) AS (
        SELECT o.id, o.parent_id FROM people_org_unit o JOIN people_affiliation a ON a.unit_id = o.id
        WHERE a.person_id = holder.person_id AND a.state IN ('active', 'suspended')
        UNION
        SELECT o.id, o.parent_id FROM people_org_unit o JOIN unit ON o.id = unit.parent_id
    ), speaking AS (
        SELECT r.id, r.is_allowed FROM card_door_rule r
        WHERE r.place_id IN (SELECT up.id FROM up) AND (r.covers_below OR r.place_id = here.id) AND holder.person_id IS NOT NULL
          AND r.created_at <= moment AND (r.withdrawn_at IS NULL OR r.withdrawn_at > moment)
          AND (r.person_id IS NULL OR r.person_id = holder.person_id)
          AND (r.card_class = '' OR r.card_class = holder.card_class) AND (r.sub_class = '' OR r.sub_class = holder.sub_class)
          AND (r.unit_id IS NULL OR r.unit_id IN (SELECT unit.id FROM unit))
          AND card_door_holds(r.weekdays, r.from_time, r.until_time, r.starts_on, r.ends_on, moment AT TIME ZONE 'Asia/Shanghai')
        ORDER BY r.person_id IS NULL, r.is_allowed, r.id LIMIT 1
    )
    SELECT here.id, here.pass_back,
           (SELECT e.id FROM card_door_emergency e WHERE e.place_id IN (SELECT up.id FROM up) AND e.opened_at <= moment
               AND e.ends_at > moment AND (e.closed_at IS NULL OR e.closed_at > moment) ORDER BY e.ends_at DESC LIMIT 1),
           s.id, coalesce(s.is_allowed, false),
           coalesce((SELECT p.is_inside FROM card_door_presence p WHERE p.place_id = here.id AND p.person_id = holder.person_id), false)
    FROM (SELECT 1) AS one LEFT JOIN speaking s ON true;
END $$;

-- Each issued card that any rule of the place speaks of, with the ids of those rules. What they say together is the same for all
-- cards with the same ids, so that windows are reckoned once for each set.
CREATE FUNCTION card_door_profiles(here bigint, since date)
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
