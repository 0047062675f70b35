-- Who had an address, or a device, in the minute of a moment. Where a device was is not said; where it is, to whoever asks of these minutes.
SELECT l.person_id, l.guest, l.station, l.address, l.nas, CASE WHEN %(station)s IS NULL THEN l.place END, p.name, l.began_at, l.ended_at, l.is_silent
  FROM network_log(%(address)s, %(station)s, %(at)s, %(at)s::timestamptz + interval '1 minute', %(now)s) l
  LEFT JOIN network_session s ON s.id = l.session_id AND s.stopped_at IS NULL AND l.ended_at IS NULL
        AND %(station)s IS NOT NULL AND %(at)s::timestamptz > %(now)s::timestamptz - interval '10 minutes'
  LEFT JOIN campus_places p ON p.id = s.place_id
 ORDER BY l.began_at DESC LIMIT 20
