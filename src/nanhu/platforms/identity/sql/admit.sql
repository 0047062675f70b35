-- Count one attempt, unless the subject must still wait. No row comes back when it must.
INSERT INTO identity_throttle AS t (key, kind, failures, last_failed_at, blocked_until)
VALUES (%(key)s, %(kind)s, 1, %(now)s, %(now)s)
ON CONFLICT (key) DO UPDATE SET (failures, last_failed_at, blocked_until) = (
    SELECT counted.failures, %(now)s, %(now)s + CASE
        WHEN counted.failures <= %(free)s THEN interval '0'
        ELSE make_interval(secs => LEAST(%(cap)s, power(2, LEAST(floor(counted.failures - %(free)s) - 1, 30))))
    END
    FROM (
        SELECT CASE
            WHEN t.last_failed_at < %(forgotten)s THEN 1
            ELSE 1 + GREATEST(0, t.failures - %(leak)s * GREATEST(0, extract(epoch FROM %(now)s - t.last_failed_at)))
        END AS failures
    ) AS counted
)
WHERE t.blocked_until <= %(now)s
