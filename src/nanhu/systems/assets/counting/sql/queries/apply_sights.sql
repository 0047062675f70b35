-- When each thing was last seen, by a proven sight.
UPDATE assets_asset a SET last_seen_at = s.seen_at
  FROM (SELECT v.asset_id, max(v.seen_at) AS seen_at FROM assets_count_verdicts(%(take)s) v
         WHERE v.is_proven AND v.asset_id IS NOT NULL
         GROUP BY v.asset_id) s
 WHERE a.id = s.asset_id AND a.state NOT IN ('disposed', 'void') AND (a.last_seen_at IS NULL OR a.last_seen_at < s.seen_at)
