-- Open sessions let in under another policy than that of today, of people who have more devices on line than it allows: those that were
-- longest idle go, the number that is too much.
WITH today AS (
    SELECT id, role, service, devices FROM network_policy
     WHERE withdrawn_at IS NULL AND starts_on <= %(day)s AND (ends_on IS NULL OR ends_on >= %(day)s)
), moved AS (
    SELECT DISTINCT g.person_id, g.role, g.service, t.devices
      FROM network_session s JOIN network_grant g ON g.id = s.grant_id JOIN today t ON t.role = g.role AND t.service = g.service
     WHERE s.stopped_at IS NULL AND g.person_id IS NOT NULL AND g.policy_id IS DISTINCT FROM t.id
), ranked AS (
    SELECT s.id, s.person_id, m.devices, dense_rank() OVER (
               PARTITION BY m.person_id, m.service ORDER BY newest.at DESC, newest.key) AS place
      FROM moved m
      JOIN network_session s ON s.person_id = m.person_id AND s.service = m.service
      CROSS JOIN LATERAL (
          SELECT max(o.active_at) AS at, coalesce('d' || s.device_id, 's' || s.id) AS key FROM network_session o
           WHERE o.person_id = s.person_id AND o.service = s.service AND o.stopped_at IS NULL
             AND (o.id = s.id OR o.device_id = s.device_id)) newest
      JOIN network_nas n ON n.id = s.nas_id
     WHERE s.stopped_at IS NULL AND s.closing_at IS NULL AND s.updated_at >= %(now)s::timestamptz - make_interval(secs => 3 * n.interim_seconds)
)
SELECT id FROM ranked WHERE place > devices
