-- Who may pass: one passage decided in one query. Precedence (docs/decisions/0010): 1 a person denied, 2 a person allowed,
-- 3 a group denied, 4 a group allowed, else closed.
-- `holder` may be NULL (nobody is known: only whether there is an emergency). Rules, emergencies and the place are taken as they stood
-- at `moment`. Where the side counts, the same person at two doors of the place waits here.
CREATE OR REPLACE FUNCTION access_decide(door bigint, holder bigint, of_class text, of_sub_class text, moment timestamptz)
RETURNS TABLE (place_id bigint, is_place_open boolean, pass_back text, emergency_id bigint, rule_id bigint, is_allowed boolean, is_inside boolean)
LANGUAGE plpgsql AS $$
DECLARE
    here bigint;
    mode text;
BEGIN
    SELECT d.place_id, coalesce(b.mode, 'off') INTO here, mode
    FROM access_door d LEFT JOIN access_anti_passback b ON b.place_id = d.place_id WHERE d.terminal_id = door;
    IF mode <> 'off' AND holder IS NOT NULL THEN
        PERFORM pg_advisory_xact_lock(hashtextextended(format('access:%s:%s', here, holder), 0));
    END IF;
    RETURN QUERY
    WITH RECURSIVE up AS MATERIALIZED (
        SELECT u.id FROM campus_upwards(here) u
    ), unit (id, parent_id) AS (
        SELECT o.id, o.parent_id FROM people_units o JOIN people_ties a ON a.unit_id = o.id
        WHERE a.person_id = holder AND a.state IN ('active', 'suspended')
        UNION
        SELECT o.id, o.parent_id FROM people_units o JOIN unit ON o.id = unit.parent_id
    ), speaking AS (
        SELECT r.id, r.is_allowed FROM access_rule r
        WHERE r.place_id IN (SELECT up.id FROM up) AND (r.covers_below OR r.place_id = here) AND holder IS NOT NULL
          AND r.created_at <= moment AND (r.withdrawn_at IS NULL OR r.withdrawn_at > moment)
          AND (r.person_id IS NULL OR r.person_id = holder)
          AND (r.holder_class = '' OR r.holder_class = of_class) AND (r.sub_class = '' OR r.sub_class = of_sub_class)
          AND (r.unit_id IS NULL OR r.unit_id IN (SELECT unit.id FROM unit))
          AND access_holds(r.weekdays, r.from_time, r.until_time, r.starts_on, r.ends_on, moment AT TIME ZONE 'Asia/Shanghai')
        ORDER BY r.person_id IS NULL, r.is_allowed, r.id LIMIT 1
    )
    SELECT here, campus_is_open(here, moment), mode,
           (SELECT e.id FROM access_emergency e WHERE e.place_id IN (SELECT up.id FROM up) AND e.opened_at <= moment
               AND e.ends_at > moment AND (e.closed_at IS NULL OR e.closed_at > moment) ORDER BY e.ends_at DESC LIMIT 1),
           s.id, coalesce(s.is_allowed, false),
           coalesce((SELECT p.is_inside FROM access_presence p WHERE p.place_id = here AND p.person_id = holder), false)
    FROM (SELECT 1) AS one LEFT JOIN speaking s ON true;
END $$;
