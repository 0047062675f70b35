SELECT f.bookable @> tstzrange(%(begins)s, %(ends)s), f.free @> tstzrange(%(begins)s, %(ends)s)
FROM venues_free(ARRAY[%(venue)s::bigint], %(begins)s, %(ends)s, %(moment)s) f
