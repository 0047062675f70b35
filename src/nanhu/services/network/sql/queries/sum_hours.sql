-- Who was on line in each hour of a span, by building and service: people, devices and sessions, and those behind whom nobody stands. What an
-- hour said before is replaced: a session that has moved since stands in one building of it. `hours`: these of the span alone; null: all.
WITH there AS (
    SELECT s.*, CASE WHEN p.kind = 'room' THEN p.parent_id ELSE s.place_id END AS building,
           CASE WHEN s.stopped_at IS NULL THEN s.updated_at ELSE greatest(s.stopped_at - interval '1 microsecond', s.started_at) END AS until
      FROM network_session s LEFT JOIN campus_places p ON p.id = s.place_id
     WHERE s.started_at < %(until)s AND ((s.stopped_at IS NULL AND s.updated_at >= %(first)s) OR s.stopped_at >= %(first)s)
       AND s.service = ANY (%(services)s)
), summed AS (
    INSERT INTO network_hour_sum AS o (hour, place_id, service, people, devices, sessions, unknown, late_at)
    SELECT h.hour, t.building, t.service, count(DISTINCT coalesce(t.person_id::text, nullif(t.guest, ''))),
           count(DISTINCT coalesce('d' || t.device_id, CASE WHEN t.service <> 'vpn' THEN nullif(t.station, '') END, 's' || t.id)), count(*),
           count(*) FILTER (WHERE t.person_id IS NULL AND t.guest = ''), %(late)s::timestamptz
      FROM there t, generate_series(greatest(date_trunc('hour', t.started_at), %(first)s::timestamptz),
                                    least(t.until, %(until)s::timestamptz - interval '1 microsecond'), interval '1 hour') AS h (hour)
     WHERE %(hours)s::timestamptz[] IS NULL OR h.hour = ANY (%(hours)s)
     GROUP BY h.hour, t.building, t.service
    ON CONFLICT (hour, place_id, service) DO UPDATE SET
        people = EXCLUDED.people, devices = EXCLUDED.devices, sessions = EXCLUDED.sessions, unknown = EXCLUDED.unknown,
        late_at = CASE WHEN (o.people, o.devices, o.sessions, o.unknown) = (EXCLUDED.people, EXCLUDED.devices, EXCLUDED.sessions, EXCLUDED.unknown)
                       THEN o.late_at ELSE coalesce(EXCLUDED.late_at, o.late_at) END
    RETURNING hour, place_id, service
), gone AS (
    DELETE FROM network_hour_sum o
     WHERE o.hour >= %(first)s AND o.hour < %(until)s AND o.service = ANY (%(services)s)
       AND (%(hours)s::timestamptz[] IS NULL OR o.hour = ANY (%(hours)s)) AND NOT EXISTS (
           SELECT FROM summed n WHERE n.hour = o.hour AND n.service = o.service AND n.place_id IS NOT DISTINCT FROM o.place_id)
)
SELECT count(*) FROM summed
