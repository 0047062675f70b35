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
          SELECT max(o.updated_at) AS at, coalesce('d' || s.device_id, s.station) AS key FROM network_session o
           WHERE o.person_id = s.person_id AND o.service = s.service AND o.stopped_at IS NULL AND o.stale_at IS NULL
             AND coalesce('d' || o.device_id, o.station) = coalesce('d' || s.device_id, s.station)) newest
     WHERE s.stopped_at IS NULL AND s.stale_at IS NULL AND s.closing_at IS NULL
)
SELECT id, person_id FROM ranked WHERE place > devices ORDER BY person_id, id
