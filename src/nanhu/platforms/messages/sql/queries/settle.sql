-- What channels answered; what has ended stays as it ended, and under its reference.
UPDATE messages_delivery d
   SET state = o.state, reason = o.reason, reference = coalesce(nullif(o.reference, ''), d.reference), changed_at = %(now)s
  FROM unnest(%(ids)s::bigint[], %(states)s::text[], %(reasons)s::text[], %(references)s::text[])
       AS o (id, state, reason, reference)
 WHERE d.id = o.id AND d.state IN ('queued', 'handed_over')
RETURNING d.entry_id, d.state
