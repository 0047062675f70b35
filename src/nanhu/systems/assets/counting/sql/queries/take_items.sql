-- What turned up though nobody looked for it enters the list as the register has it now; by its number or by the one before.
INSERT INTO assets_count_item (take_id, asset_id, room_id, unit_id, keeper_id, is_expected)
SELECT %(take)s, a.id, a.room_id, a.unit_id, a.keeper_id, FALSE
  FROM assets_asset a
 WHERE a.id IN (SELECT id FROM assets_asset WHERE number = ANY(%(numbers)s)
                UNION SELECT id FROM assets_asset WHERE former_number <> '' AND upper(former_number) = ANY(%(numbers)s) AND state <> 'void')
   AND NOT EXISTS (SELECT FROM assets_count_item i WHERE i.take_id = %(take)s AND i.asset_id = a.id)
 ORDER BY a.id
    ON CONFLICT (take_id, asset_id) DO NOTHING
