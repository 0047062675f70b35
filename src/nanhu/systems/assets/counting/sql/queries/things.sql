-- The list of one team for its phones. Open: not seen yet; from the second round on also what was only said, not proven.
WITH seen AS (
    SELECT v.asset_id, bool_or(v.is_proven) AS is_proven FROM assets_count_verdicts(%(take)s) v WHERE v.row_id IS NOT NULL GROUP BY v.asset_id
)
SELECT a.number, a.name, coalesce(p.key, ''), i.keeper_id, s.asset_id IS NULL OR (%(round)s > 1 AND NOT s.is_proven), a.former_number, a.picture_id
  FROM assets_count_item i
  JOIN assets_asset a ON a.id = i.asset_id
  LEFT JOIN campus_places p ON p.id = i.room_id
  LEFT JOIN seen s ON s.asset_id = i.asset_id
 WHERE i.take_id = %(take)s AND i.is_expected AND a.state NOT IN ('disposed', 'void')
   AND (%(places)s::bigint[] IS NULL OR i.room_id = ANY(%(places)s))
 ORDER BY p.key, a.number
