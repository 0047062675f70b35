-- What a count says of each thing (rule 5): of all rows of one number one counts, the proven before the said, then the earliest; the others
-- are "seen twice". So the order in which phones upload changes nothing. Who said of a
-- thing that somebody else uses it said it of the thing, not of the row. Proven: the label of the door was read in the session, and no
-- other label in the same second (a photograph of labels on a desk). What was received after the count had ended is late and counts not.
CREATE OR REPLACE FUNCTION assets_count_verdicts(of_take bigint) RETURNS TABLE (
    row_id bigint, asset_id bigint, number text, booked_room_id bigint, seen_room_id bigint, seen_at timestamptz, verdict text, is_proven boolean
) LANGUAGE sql STABLE AS $$
    WITH counted AS (
        SELECT r.*, r.has_room_code AND r.method = 'scan' AND min(r.number) OVER at_once = max(r.number) OVER at_once AS proven,
               bool_or(r.is_other_keeper) OVER (PARTITION BY r.number) AS somebody_else
          FROM assets_count_row r JOIN assets_stock_take t ON t.id = r.take_id
         WHERE r.take_id = of_take AND (t.counted_at IS NULL OR r.received_at <= t.counted_at)
        WINDOW at_once AS (PARTITION BY r.session, date_trunc('second', r.phone_at))
    ), numbered AS (
        SELECT c.*, row_number() OVER (PARTITION BY c.number ORDER BY c.proven DESC, c.seen_at, c.client_id) AS nth FROM counted c
    )
    SELECT n.id, n.asset_id, n.number, i.room_id, n.room_id, n.seen_at,
           CASE WHEN n.nth > 1 THEN 'seen_twice'
                WHEN n.asset_id IS NULL THEN 'unknown'
                WHEN n.room_id IS NOT NULL AND n.room_id IS DISTINCT FROM i.room_id THEN 'moved'
                WHEN n.somebody_else OR NOT i.is_expected THEN 'other_keeper'
                ELSE 'match' END,
           n.proven
      FROM numbered n LEFT JOIN assets_count_item i ON i.take_id = of_take AND i.asset_id = n.asset_id
    UNION ALL
    SELECT NULL, i.asset_id, a.number, i.room_id, NULL, NULL, 'not_seen', FALSE
      FROM assets_count_item i JOIN assets_asset a ON a.id = i.asset_id
     WHERE i.take_id = of_take AND i.is_expected AND NOT EXISTS (SELECT FROM counted c WHERE c.asset_id = i.asset_id)
$$;
