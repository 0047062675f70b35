-- Rows as a phone brings them (of a photo: what was read in it); what was brought before stays as it was. A label of the system before names the same thing. A door proves
-- only in the places of the teams of whoever read it (`places`, NULL: everywhere).
INSERT INTO assets_count_row (client_id, take_id, round, session, person_id, number, asset_id, room_id, has_room_code, is_other_keeper,
                              method, photo_id, phone_at, seen_at, received_at)
SELECT g.client_id, %(take)s, g.round, g.session, %(person)s, g.number, a.id, p.id,
       g.has_room_code AND p.id IS NOT NULL AND (%(places)s::bigint[] IS NULL OR p.id = ANY(%(places)s)),
       g.is_other_keeper, CASE WHEN %(photo)s::bigint IS NULL THEN g.method ELSE 'photo' END, %(photo)s, g.phone_at, g.seen_at, %(received)s
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS g (client_id uuid, round smallint, session uuid, number text, room text,
                                                 has_room_code boolean, is_other_keeper boolean, method text, phone_at timestamptz, seen_at timestamptz)
  LEFT JOIN LATERAL (
      SELECT id FROM (SELECT id, 1 AS choice FROM assets_asset WHERE number = g.number
                      UNION ALL SELECT id, 2 FROM assets_asset WHERE former_number <> '' AND upper(former_number) = g.number AND state <> 'void') found
       ORDER BY choice LIMIT 1) a ON TRUE
  LEFT JOIN campus_places p ON p.key = g.room
 ORDER BY g.client_id
    ON CONFLICT (client_id) DO NOTHING
