-- Of each room: how many the register has there (what was disposed of meanwhile and is missed by nobody, is not counted), found (also where
-- nobody said the place, or after its disposal), brought in from elsewhere, gone elsewhere, and still open.
WITH said AS (SELECT * FROM assets_count_verdicts(%(take)s) WHERE verdict <> 'seen_twice')
SELECT p.key, p.name,
       count(*) FILTER (WHERE s.booked_room_id = p.id AND i.is_expected) AS booked,
       count(*) FILTER (WHERE s.booked_room_id = p.id AND i.is_expected AND s.verdict IN ('match', 'other_keeper', 'unplaced', 'gone')) AS found,
       count(*) FILTER (WHERE s.seen_room_id = p.id AND s.verdict = 'moved') AS moved_in,
       count(*) FILTER (WHERE s.booked_room_id = p.id AND i.is_expected AND s.verdict = 'moved') AS moved_out,
       count(*) FILTER (WHERE s.verdict = 'not_seen') AS open
  FROM said s
  JOIN campus_places p ON p.id IN (s.booked_room_id, s.seen_room_id)
  LEFT JOIN assets_count_item i ON i.take_id = %(take)s AND i.asset_id = s.asset_id
 GROUP BY p.id, p.key, p.name ORDER BY p.key
