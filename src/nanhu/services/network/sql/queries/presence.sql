-- Who asks from this IPv4 address is on line: for how many seconds more, "" where nothing bounds it. NULL: nobody is on line there.
SELECT (SELECT coalesce(floor(extract(epoch FROM g.ends_at - $2::timestamptz))::text, '')
  FROM network_session s
  JOIN network_nas n ON n.id = s.nas_id
  LEFT JOIN network_grant g ON g.id = s.grant_id
 WHERE s.address = $1::inet AND s.stopped_at IS NULL AND s.updated_at >= $2::timestamptz - make_interval(secs => 3 * n.interim_seconds)
 ORDER BY s.updated_at DESC LIMIT 1)
