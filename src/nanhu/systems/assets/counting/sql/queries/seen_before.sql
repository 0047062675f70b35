-- Numbers of these that another person read as well, or whose thing another person saw.
SELECT DISTINCT mine.number
  FROM assets_count_row mine
 WHERE mine.take_id = %(take)s AND mine.person_id = %(person)s AND mine.number = ANY(%(numbers)s)
   AND EXISTS (SELECT FROM assets_count_row r
                WHERE r.take_id = %(take)s AND r.person_id <> %(person)s
                  AND (r.asset_id = mine.asset_id OR r.asset_id IS NULL AND mine.asset_id IS NULL AND r.number = mine.number))
