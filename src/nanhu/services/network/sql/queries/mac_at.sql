-- Who had it in the minute of a moment: lines that had begun by then, in the last nine days before (no session is longer), and had not ended.
SELECT l.person_id, l.guest, l.station, host(l.address), n.name, p.name, l.began_at, l.ended_at
  FROM network_address_line l
  LEFT JOIN network_nas n ON n.id = l.nas_id
  LEFT JOIN campus_places p ON p.id = l.place_id
 WHERE l.station = %(sought)s AND l.began_at < %(at)s::timestamptz + interval '1 minute' AND l.began_at > %(at)s::timestamptz - interval '9 days'
   AND (l.ended_at IS NULL OR l.ended_at >= %(at)s)
 ORDER BY l.began_at DESC LIMIT 20
