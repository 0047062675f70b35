-- One entry for each person who has not heard the same thing today, in one order, so that two at once do not wait for each other; the
-- worker is woken once the caller's transaction stands.
WITH entered AS (
    INSERT INTO messages_entry (message_id, person_id, once, is_hidden, created_at, due_at)
    SELECT %(message)s, person_id, %(once)s, %(is_hidden)s, %(now)s, %(now)s
      FROM unnest(%(persons)s::bigint[]) AS person_id
     ORDER BY person_id
    ON CONFLICT DO NOTHING
    RETURNING id
)
SELECT count(*), pg_notify(%(channel)s, '') FROM entered
