-- Who had an address, or a device, in the minute of a moment; where a device was is not said.
SELECT person_id, guest, station, address, nas, CASE WHEN %(station)s IS NULL THEN place END, began_at, ended_at, is_silent
  FROM network_log(%(address)s, %(station)s, %(at)s, %(at)s::timestamptz + interval '1 minute', %(now)s) ORDER BY began_at DESC LIMIT 20
