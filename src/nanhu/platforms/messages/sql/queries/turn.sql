-- When the router looks at each of these entries again.
UPDATE messages_entry e SET due_at = t.due_at, gather_at = t.gather_at
  FROM unnest(%(entries)s::bigint[], %(due)s::timestamptz[], %(gather)s::timestamptz[]) AS t (entry_id, due_at, gather_at)
 WHERE e.id = t.entry_id
