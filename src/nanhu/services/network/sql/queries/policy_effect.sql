-- What a policy would do to who is on line now: people of the role in the service, and those of them with more devices than it allows.
SELECT count(*), coalesce(array_agg(person_id) FILTER (WHERE held > %(devices)s), '{}'), coalesce(sum(greatest(held - %(devices)s, 0)), 0)
  FROM (
    SELECT s.person_id, count(DISTINCT coalesce('d' || s.device_id, 's' || s.id)) AS held
      FROM network_session s JOIN network_grant g ON g.id = s.grant_id JOIN network_nas n ON n.id = s.nas_id
     WHERE s.stopped_at IS NULL AND s.updated_at >= %(now)s::timestamptz - make_interval(secs => 3 * n.interim_seconds)
       AND s.person_id IS NOT NULL AND s.service = %(service)s AND g.role = %(role)s
     GROUP BY s.person_id
  ) of_people
