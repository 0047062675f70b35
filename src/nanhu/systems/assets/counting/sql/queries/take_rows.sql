-- Rows as a phone brings them; what was brought before stays as it was.
INSERT INTO assets_count_row (client_id, take_id, round, session, person_id, number, asset_id, room_id, has_room_code, is_other_keeper,
                              method, phone_at, seen_at, received_at)
SELECT g.client_id, %(take)s, g.round, g.session, %(person)s, g.number, a.id, p.id, g.has_room_code AND p.id IS NOT NULL, g.is_other_keeper,
       g.method, g.phone_at, g.seen_at, %(received)s
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS g (client_id uuid, round smallint, session uuid, number text, room text,
                                                 has_room_code boolean, is_other_keeper boolean, method text, phone_at timestamptz, seen_at timestamptz)
  LEFT JOIN assets_asset a ON a.number = g.number
  LEFT JOIN campus_places p ON p.key = g.room
 ORDER BY g.client_id
    ON CONFLICT (client_id) DO NOTHING
