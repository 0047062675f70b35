-- What of a parcel is to go out now, and for whom.
SELECT d.id, e.person_id, e.read_at IS NULL AND m.withdrawn_at IS NULL
  FROM messages_delivery d
  JOIN messages_entry e ON e.id = d.entry_id
  JOIN messages_message m ON m.id = e.message_id
 WHERE d.parcel_id = %(parcel)s AND d.state = 'queued'
 ORDER BY d.id
