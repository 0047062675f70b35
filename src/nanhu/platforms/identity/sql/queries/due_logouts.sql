-- Take up the logouts that are due: of each application as many as it has room for, the longest waiting first. Who takes
-- one moves its time on by the lease, so that it comes up again if he dies. Two engines never take the same.
WITH room AS (
    SELECT * FROM unnest(%(applications)s::bigint[], %(rooms)s::integer[]) AS r (application_id, calls)
), due AS (
    SELECT ready.id
    FROM (
        SELECT DISTINCT application_id FROM identity_sso_grant WHERE logout = 'waiting' AND logout_due_at <= %(now)s
    ) AS asked
    LEFT JOIN room USING (application_id)
    CROSS JOIN LATERAL (
        SELECT g.id, g.logout_due_at FROM identity_sso_grant AS g
        WHERE g.application_id = asked.application_id AND g.logout = 'waiting' AND g.logout_due_at <= %(now)s
        ORDER BY g.logout_due_at, g.id
        LIMIT COALESCE(room.calls, %(usual_room)s)
        FOR UPDATE SKIP LOCKED
    ) AS ready
    ORDER BY ready.logout_due_at, ready.id
    LIMIT %(free)s
)
UPDATE identity_sso_grant AS g
SET logout_due_at = %(lease)s, logout_attempts = LEAST(g.logout_attempts + 1, 32000)
FROM due WHERE g.id = due.id
RETURNING g.id
