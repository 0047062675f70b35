(e.faces = '{}' OR e.faces && %(faces)s::text[])
AND (e.roles = '{}' OR e.roles && %(roles)s::text[])
AND (e.unit_ids = '{}' OR e.unit_ids && %(units)s::bigint[])
