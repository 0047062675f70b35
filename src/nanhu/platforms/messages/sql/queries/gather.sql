-- Whose digest is due, and the messages in it that nobody has read yet.
WITH persons AS (
    SELECT DISTINCT person_id FROM messages_entry WHERE gather_at <= %(now)s ORDER BY person_id LIMIT %(most)s
), taken AS (
    UPDATE messages_entry e SET gather_at = NULL FROM persons p
     WHERE e.person_id = p.person_id AND e.gather_at <= %(now)s
    RETURNING e.person_id, e.message_id, e.read_at
)
SELECT t.person_id, array_agg(t.message_id ORDER BY t.message_id)
         FILTER (WHERE t.read_at IS NULL AND m.withdrawn_at IS NULL)
  FROM taken t JOIN messages_message m ON m.id = t.message_id
 GROUP BY t.person_id
