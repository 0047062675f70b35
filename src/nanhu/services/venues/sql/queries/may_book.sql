SELECT f.venue_id, f.free @> tstzrange(one.begins, one.ends)
FROM unnest(%(venues)s::bigint[], %(begins)s::timestamptz[], %(ends)s::timestamptz[]) WITH ORDINALITY AS one (venue, begins, ends, n)
CROSS JOIN LATERAL venues_free(ARRAY[one.venue], one.begins, one.ends, %(moment)s) f
ORDER BY one.n
