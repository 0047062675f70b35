-- The list as it stands now: things of the unit (with those below it), in the places (with all below them), that should be there.
INSERT INTO assets_count_item (take_id, asset_id, room_id, unit_id, keeper_id, is_expected)
SELECT %(take)s, a.id, a.room_id, a.unit_id, a.keeper_id, TRUE
  FROM assets_asset a
 WHERE a.state = ANY(%(states)s)
   AND (%(units)s::bigint[] IS NULL OR a.unit_id = ANY(%(units)s))
   AND (NOT EXISTS (SELECT FROM assets_count_place c WHERE c.take_id = %(take)s)
        OR a.room_id IN (SELECT below.id FROM assets_count_place c, campus_downwards(c.place_id) below WHERE c.take_id = %(take)s))
