-- What a count says of each thing (rule 5): of all rows of one thing one counts, the proven before the said, then the latest; the others
-- are "seen twice". So the order in which phones upload changes nothing, and whoever looks again sets right. Who said of a
-- thing that somebody else uses it said it of the thing, not of the row. Proven: the label of the door was read in the session, and the same
-- person read no other label within half a second (a photograph of labels on a desk, also where it was handed in as a photo). What was received after the count had ended is late and
-- counts not. What was disposed of while the count went on is missed by nobody; seen after its disposal, it is "gone, and stands there still".
CREATE OR REPLACE FUNCTION assets_count_verdicts(of_take bigint) RETURNS TABLE (
    row_id bigint, asset_id bigint, number text, booked_room_id bigint, seen_room_id bigint, seen_at timestamptz, verdict text, is_proven boolean
) LANGUAGE sql STABLE AS $$
    WITH take AS (
        SELECT id, coalesce(counted_at, 'infinity') AS until FROM assets_stock_take WHERE id = of_take
    ), gone AS (
        SELECT m.asset_id, min(m.at) AS at
          FROM take JOIN assets_count_item i ON i.take_id = take.id JOIN assets_movement m ON m.asset_id = i.asset_id
         WHERE m.to_state IN ('disposed', 'void') AND m.at <= take.until
         GROUP BY m.asset_id
    ), counted AS (
        SELECT r.*, CASE WHEN r.asset_id IS NULL THEN r.number END AS label,
               r.has_room_code AND r.method IN ('scan', 'photo') AND min(r.number) OVER at_once = max(r.number) OVER at_once
                   AND min(r.number) OVER half_later = max(r.number) OVER half_later AS proven
          FROM assets_count_row r JOIN take ON take.id = r.take_id
         WHERE r.received_at <= take.until
        WINDOW at_once AS (PARTITION BY r.person_id, floor(extract(epoch FROM r.phone_at))),
               half_later AS (PARTITION BY r.person_id, floor(extract(epoch FROM r.phone_at) + 0.5))
    ), numbered AS (
        SELECT c.*, row_number() OVER (PARTITION BY c.asset_id, c.label ORDER BY c.proven DESC, c.seen_at DESC, c.client_id) AS nth,
               bool_or(c.is_other_keeper) OVER (PARTITION BY c.asset_id, c.label) AS somebody_else
          FROM counted c
    )
    SELECT n.id, n.asset_id, coalesce(a.number, n.number), i.room_id, n.room_id, n.seen_at,
           CASE WHEN n.nth > 1 THEN 'seen_twice'
                WHEN n.asset_id IS NULL THEN 'unknown'
                WHEN gone.at < n.seen_at THEN 'gone'
                WHEN n.room_id IS NOT NULL AND n.room_id IS DISTINCT FROM i.room_id THEN 'moved'
                WHEN n.somebody_else OR NOT i.is_expected THEN 'other_keeper'
                WHEN n.room_id IS NULL THEN 'unplaced'
                ELSE 'match' END,
           n.proven
      FROM numbered n
      LEFT JOIN assets_asset a ON a.id = n.asset_id
      LEFT JOIN assets_count_item i ON i.take_id = of_take AND i.asset_id = n.asset_id
      LEFT JOIN gone ON gone.asset_id = n.asset_id
    UNION ALL
    SELECT NULL, i.asset_id, a.number, i.room_id, NULL, NULL, 'not_seen', FALSE
      FROM assets_count_item i JOIN assets_asset a ON a.id = i.asset_id
     WHERE i.take_id = of_take AND i.is_expected
       AND NOT EXISTS (SELECT FROM counted c WHERE c.asset_id = i.asset_id) AND NOT EXISTS (SELECT FROM gone WHERE gone.asset_id = i.asset_id)
$$;
