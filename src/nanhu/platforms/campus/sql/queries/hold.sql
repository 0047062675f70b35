INSERT INTO campus_occupancy (room_id, during, kind, source, key, what, term_id, held, created_at)
SELECT room, tstzrange(begins, finishes), kind, %(source)s, key, what, %(term)s, true, now()
FROM unnest(%(rooms)s::bigint[], %(begins)s::timestamptz[], %(finishes)s::timestamptz[], %(kinds)s::text[], %(keys)s::text[], %(whats)s::text[])
    AS one (room, begins, finishes, kind, key, what)
ORDER BY room, begins
