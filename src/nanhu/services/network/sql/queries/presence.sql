-- Who asks from this IPv4 address is on line: for how many seconds more, "" where nothing bounds it. NULL: nobody is on line there.
-- Silence of the NAS ends nothing here: by it all who are on line would be told that they are captive.
SELECT (SELECT coalesce(floor(extract(epoch FROM g.ends_at - $2::timestamptz))::text, '')
  FROM network_session s
  LEFT JOIN network_grant g ON g.id = s.grant_id
 WHERE s.address = $1::inet AND s.stopped_at IS NULL AND (g.id IS NULL OR g.ended_at IS NULL AND g.ends_at > $2::timestamptz)
 ORDER BY s.updated_at DESC LIMIT 1)
