-- Some facts, each of another name, for whoever hears of them; the worker is woken when the caller's transaction stands.
WITH told AS (
    INSERT INTO kernel_outbox_event (name, payload, created_at)
    SELECT name, payload, %(now)s
      FROM unnest(%(names)s::text[], %(payloads)s::jsonb[]) WITH ORDINALITY AS fact (name, payload, place)
     ORDER BY place
    RETURNING id, name
), heard AS (
    INSERT INTO kernel_event_delivery (event_id, subscriber, due_at, attempts, error)
    SELECT told.id, hears.subscriber, %(now)s, 0, ''
      FROM told JOIN unnest(%(events)s::text[], %(subscribers)s::text[]) AS hears (name, subscriber) USING (name)
)
SELECT pg_notify(%(channel)s, '')
