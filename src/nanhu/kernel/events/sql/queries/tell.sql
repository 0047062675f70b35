-- Some facts, in this order, for whoever hears of each; the worker is woken when the caller's transaction stands.
WITH told AS (
    INSERT INTO kernel_outbox_event (name, payload, created_at)
    SELECT name, payload, %(now)s
      FROM unnest(%(names)s::text[], %(payloads)s::jsonb[]) WITH ORDINALITY AS fact (name, payload, place)
     ORDER BY place
    RETURNING id
), placed AS (
    SELECT id, row_number() OVER (ORDER BY id) AS place FROM told
), heard AS (
    INSERT INTO kernel_event_delivery (event_id, subscriber, due_at, attempts, error)
    SELECT placed.id, hears.subscriber, %(now)s, 0, ''
      FROM placed JOIN unnest(%(places)s::integer[], %(subscribers)s::text[]) AS hears (place, subscriber) USING (place)
     ORDER BY place
)
SELECT pg_notify(%(channel)s, '')
