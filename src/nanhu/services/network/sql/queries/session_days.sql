-- For the hub: of each day that is over, building and service the busiest hour's devices and the sum of its hours.
SELECT (h.hour AT TIME ZONE 'Asia/Shanghai')::date AS day, coalesce(p.key, '-'), h.service, max(h.devices), sum(h.devices)
  FROM network_hour_sum h LEFT JOIN campus_places p ON p.id = h.place_id
 WHERE h.hour >= %(from)s AND h.hour < %(until)s
 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
