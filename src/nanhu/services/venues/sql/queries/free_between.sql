SELECT f.venue_id
FROM venues_free(ARRAY(SELECT v.id FROM venues_venue v WHERE v.withdrawn_at IS NULL), %(begins)s, %(ends)s, %(moment)s) f
WHERE f.free @> tstzrange(%(begins)s, %(ends)s)
