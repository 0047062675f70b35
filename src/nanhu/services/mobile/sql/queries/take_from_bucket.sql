-- One message more for each of these members, as far as each has room: who is not in the answer has none. In one order, so that two
-- batches at once do not wait for each other in a ring.
INSERT INTO mobile_bucket AS b (userid, minute, in_minute, hour, in_hour)
SELECT one, date_trunc('minute', %(now)s::timestamptz), 1, date_trunc('hour', %(now)s::timestamptz), 1
FROM unnest(%(userids)s::text[]) AS one ORDER BY one
ON CONFLICT (userid) DO UPDATE SET
    in_minute = CASE WHEN b.minute = excluded.minute THEN b.in_minute + 1 ELSE 1 END,
    in_hour = CASE WHEN b.hour = excluded.hour THEN b.in_hour + 1 ELSE 1 END,
    minute = excluded.minute,
    hour = excluded.hour
WHERE (b.minute <> excluded.minute OR b.in_minute < %(in_minute)s)
    AND (b.hour <> excluded.hour OR b.in_hour < %(in_hour)s)
RETURNING userid
