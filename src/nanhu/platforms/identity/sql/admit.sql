INSERT INTO identity_throttle AS t (key, kind, failures, last_failed_at, blocked_until)
VALUES (%(key)s, %(kind)s, 1, %(now)s, %(now)s)
ON CONFLICT (key) DO UPDATE SET
    failures = CASE WHEN t.last_failed_at < %(forgotten)s THEN 1 ELSE t.failures + 1 END,
    last_failed_at = %(now)s,
    blocked_until = %(now)s + CASE
        WHEN t.last_failed_at < %(forgotten)s OR t.failures + 1 <= %(free)s THEN interval '0'
        ELSE make_interval(secs => LEAST(%(cap)s, power(2, LEAST(t.failures - %(free)s, 30))))
    END
WHERE t.blocked_until <= %(now)s
