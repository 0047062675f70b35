-- Who asks from this IPv4 address is on line: for how many seconds more, "" where nothing bounds it, and "+" where signing in again gives more:
-- not where a guest's last day or the policy's hours end it. NULL: nobody is on line there.
-- Silence of the NAS ends nothing here: by it all who are on line would be told that they are captive.
SELECT (SELECT coalesce(floor(extract(epoch FROM g.ends_at - $2::timestamptz))::text, '')
            || CASE WHEN g.ends_at >= g.granted_at + make_interval(secs => p.session_seconds)
                        OR p.id IS NULL AND (g.ends_at AT TIME ZONE 'Asia/Shanghai')::time <> '00:00' THEN '+' ELSE '' END
  FROM network_session s
  LEFT JOIN network_grant g ON g.id = s.grant_id
  LEFT JOIN network_policy p ON p.id = g.policy_id
 WHERE s.address = $1::inet AND s.stopped_at IS NULL AND (g.id IS NULL OR g.ended_at IS NULL AND g.ends_at > $2::timestamptz)
 ORDER BY s.updated_at DESC LIMIT 1)
