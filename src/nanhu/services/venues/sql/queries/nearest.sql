-- Venues where the same hours are free, the nearest first: the same building, the same campus, elsewhere; of those the smallest that holds all.
SELECT v.id
FROM venues_venue v
JOIN venues_venue here ON here.id = %(venue)s AND v.id <> here.id
CROSS JOIN LATERAL venues_free(ARRAY[v.id], %(begins)s, %(ends)s, %(moment)s) f
WHERE v.withdrawn_at IS NULL AND v.uses @> ARRAY[%(use)s] AND v.capacity >= %(headcount)s AND v.longest_minutes >= %(minutes)s AND v.faces && %(faces)s
    AND (v.only_unit_id IS NULL OR v.only_unit_id = ANY (%(units)s)) AND f.free @> tstzrange(%(begins)s, %(ends)s)
ORDER BY (SELECT count(*) FROM campus_upwards(v.room_id) up WHERE up.id IN (SELECT here_up.id FROM campus_upwards(here.room_id) here_up)) DESC, v.capacity, v.id
