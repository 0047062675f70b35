-- Take up what is due: of each lane as many as it has room for, the longest waiting first. Who takes a row moves its time on by
-- the lease, so that it comes up again if he dies. Two workers never take the same.
WITH room AS (
    SELECT * FROM unnest(%(lanes)s::bigint[], %(rooms)s::integer[]) AS r (lane, calls)
), due AS (
    SELECT ready.id
    FROM (SELECT DISTINCT {lane} AS lane FROM {table} WHERE {prefix}due_at <= %(now)s) AS asked
    LEFT JOIN room USING (lane)
    CROSS JOIN LATERAL (
        SELECT id, {prefix}due_at AS due_at FROM {table}
        WHERE {lane} = asked.lane AND {prefix}due_at <= %(now)s
        ORDER BY {prefix}due_at, id
        LIMIT COALESCE(room.calls, %(usual)s)
        FOR UPDATE SKIP LOCKED
    ) AS ready
    ORDER BY ready.due_at, ready.id
    LIMIT %(free)s
)
UPDATE {table} AS g
SET {prefix}due_at = %(lease)s, {prefix}attempts = LEAST(g.{prefix}attempts + 1, {most})
FROM due WHERE g.id = due.id
RETURNING g.id
