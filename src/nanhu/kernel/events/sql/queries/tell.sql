-- Some facts, in this order, for whoever hears of each (lists come as one text each, which costs a fifth of an array); the worker is woken when the caller's transaction stands.
WITH told AS (
    INSERT INTO kernel_outbox_event (name, payload, created_at)
    SELECT name, payload, %(now)s
      FROM ROWS FROM (unnest(string_to_array(%(names)s, ',')), jsonb_array_elements(%(payloads)s::jsonb))
           WITH ORDINALITY AS fact (name, payload, place)
     ORDER BY place
    RETURNING id
), placed AS (
    SELECT id, row_number() OVER (ORDER BY id) AS place FROM told
), heard AS (
    INSERT INTO kernel_event_delivery (event_id, subscriber, due_at, attempts, error)
    SELECT placed.id, hears.subscriber, %(now)s, 0, ''
      FROM placed
      JOIN unnest(string_to_array(%(places)s, ',')::integer[], string_to_array(%(subscribers)s, ',')) AS hears (place, subscriber)
     USING (place)
     ORDER BY place
)
SELECT pg_notify(%(channel)s, '')
