-- What still waits in a channel whose turn is over does not go out there any more.
UPDATE messages_delivery SET state = 'dropped', changed_at = %(now)s
 WHERE entry_id = ANY(%(entries)s) AND state = 'queued'
