-- Entries whose next channel has its turn, with what their persons want; taken by one router only.
SELECT e.id, e.person_id, e.message_id, m.kind, m.urgency, m.template,
       e.read_at IS NOT NULL OR m.withdrawn_at IS NOT NULL AS is_over,
       c.channels, coalesce(c.is_gathered, false),
       coalesce(s.language, 'zh'), s.quiet_from, s.quiet_until, s.digest_at,
       ARRAY(SELECT d.channel || '=' || d.state FROM messages_delivery d WHERE d.entry_id = e.id)
  FROM messages_entry e
  JOIN messages_message m ON m.id = e.message_id
  LEFT JOIN messages_channel_choice c ON c.person_id = e.person_id AND c.kind = m.kind
  LEFT JOIN messages_settings s ON s.person_id = e.person_id
 WHERE e.due_at <= %(now)s
 ORDER BY e.due_at, e.id
 LIMIT %(most)s
   FOR UPDATE OF e SKIP LOCKED
