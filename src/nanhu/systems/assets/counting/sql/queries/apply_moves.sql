-- Places that a proven sight corrects, and of each a line in the thing's life. What was moved, lent or disposed of since stays as it is,
-- also where it was moved between the sight and its upload.
WITH moved AS (
    UPDATE assets_asset a SET room_id = v.seen_room_id
      FROM assets_count_verdicts(%(take)s) v
     WHERE v.verdict = 'moved' AND v.is_proven AND a.id = v.asset_id AND a.room_id IS NOT DISTINCT FROM v.booked_room_id
       AND a.state = ANY(%(states)s)
       AND NOT EXISTS (SELECT FROM assets_movement m
                        WHERE m.asset_id = a.id AND m.at > v.seen_at AND m.from_room_id IS DISTINCT FROM m.to_room_id)
    RETURNING a.id, a.number, a.state, a.unit_id, a.keeper_id, v.booked_room_id, v.seen_room_id, a.value_fen, a.carried_fen
), entered AS (
    INSERT INTO assets_movement (asset_id, kind, from_state, to_state, from_unit_id, to_unit_id, from_keeper_id, to_keeper_id, from_room_id,
                                 to_room_id, value_fen, carried_fen, by_name, reason, at)
    SELECT id, 'counted', state, state, unit_id, unit_id, keeper_id, keeper_id, booked_room_id, seen_room_id, value_fen, carried_fen,
           %(by)s, %(reason)s, %(at)s FROM moved
)
SELECT number FROM moved ORDER BY number
