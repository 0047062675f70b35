-- Lines of an address or of a MAC that touch a span; no session is longer than nine days.
SELECT l.person_id, l.guest, l.station, host(l.address), n.name, p.name, l.began_at, l.ended_at
  FROM network_address_line l
  LEFT JOIN network_nas n ON n.id = l.nas_id
  LEFT JOIN campus_places p ON p.id = l.place_id
 WHERE (l.address = %(address)s::inet OR l.station = %(station)s)
   AND l.began_at < %(until)s AND l.began_at > %(since)s::timestamptz - interval '9 days'
   AND (l.ended_at IS NULL OR l.ended_at >= %(since)s)
 ORDER BY l.began_at LIMIT 20000
