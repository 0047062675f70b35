-- Which of the wanted meet somebody who stands there: their place in the list and his row.
SELECT one.n, o.id
FROM unnest(%(rooms)s::bigint[], %(begins)s::timestamptz[], %(finishes)s::timestamptz[]) WITH ORDINALITY AS one (room, begins, finishes, n)
JOIN campus_occupancy o ON o.room_id = one.room AND o.during && tstzrange(one.begins, one.finishes) AND o.held
WHERE %(term)s::bigint IS NULL OR o.term_id IS DISTINCT FROM %(term)s OR o.source <> %(source)s OR upper(o.during) <= now()
ORDER BY one.n, lower(o.during) LIMIT %(most)s
