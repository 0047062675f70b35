-- Count one attempt, unless the subject must still wait. No row comes back when it must.
-- While failures are free nobody is blocked, also not an attempt whose moment was taken before it waited for this row.
INSERT INTO kernel_throttle AS t (key, kind, failures, last_failed_at, blocked_until)
VALUES (%(key)s, %(kind)s, 1, %(now)s, 'epoch')
ON CONFLICT (key) DO UPDATE SET (failures, last_failed_at, blocked_until) = (
    SELECT counted.failures, %(now)s, CASE
        WHEN counted.failures <= %(free)s THEN 'epoch'
        ELSE %(now)s + make_interval(secs => LEAST(%(cap)s, power(2, LEAST(floor(counted.failures - %(free)s) - 1, 30))))
    END
    FROM (
        SELECT CASE
            WHEN t.last_failed_at < %(forgotten)s THEN 1
            ELSE 1 + GREATEST(0, t.failures - %(leak)s * GREATEST(0, extract(epoch FROM %(now)s - t.last_failed_at)))
        END AS failures
    ) AS counted
)
WHERE t.blocked_until <= %(now)s
