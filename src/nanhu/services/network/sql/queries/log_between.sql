-- Lines of an address or of a device that touch a span.
SELECT person_id, guest, station, address, nas, place, '', began_at, ended_at, is_silent
  FROM network_log(%(address)s, %(station)s, %(since)s, %(until)s, %(now)s) ORDER BY began_at LIMIT 20000
