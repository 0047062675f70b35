-- Who was on line within an hour, by building and service: people, devices and sessions, and those behind whom nobody stands.
INSERT INTO network_hour_sum (hour, place_id, service, people, devices, sessions, unknown)
SELECT %(from)s, s.place_id, s.service, count(DISTINCT s.person_id),
       count(DISTINCT coalesce('d' || s.device_id, CASE WHEN s.service <> 'vpn' THEN nullif(s.station, '') END, 's' || s.id)), count(*),
       count(*) FILTER (WHERE s.person_id IS NULL AND s.guest = '')
  FROM network_session s
 WHERE s.started_at < %(to)s AND ((s.stopped_at IS NULL AND s.updated_at >= %(from)s) OR s.stopped_at >= %(from)s)
 GROUP BY s.place_id, s.service
ON CONFLICT (hour, place_id, service) DO UPDATE SET
    people = EXCLUDED.people, devices = EXCLUDED.devices, sessions = EXCLUDED.sessions, unknown = EXCLUDED.unknown
