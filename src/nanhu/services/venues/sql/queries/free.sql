SELECT f.venue_id, lower(span), upper(span) FROM venues_free(%(venues)s, %(since)s, %(until)s, %(moment)s) f, unnest(f.free) span ORDER BY 1, 2
