-- Lines of the log that touch a span, with how far they go: a session of which three reports did not come (silent) had it to its last report,
-- also where a restart, a withdrawal or a day of silence closed it since. An address is found in its prefixes too. However long ago a line
-- began: a session behind which nobody stands has no end, and of one address half a year is some thousand lines.
CREATE OR REPLACE FUNCTION network_log(sought inet, sought_station text, since timestamptz, until timestamptz, moment timestamptz) RETURNS TABLE (
    session_id bigint, person_id bigint, guest text, station text, address text, nas text, place text, began_at timestamptz, ended_at timestamptz,
    is_silent boolean
) LANGUAGE sql STABLE AS $$
    SELECT l.session_id, l.person_id, l.guest, l.station, abbrev(l.address), n.name, p.name, l.began_at, coalesce(l.ended_at, heard.last), heard.last IS NOT NULL
      FROM network_address_line l
      LEFT JOIN network_nas n ON n.id = l.nas_id
      LEFT JOIN campus_places p ON p.id = l.place_id
      LEFT JOIN LATERAL (
          SELECT s.updated_at AS last FROM network_session s
           WHERE s.id = l.session_id
             AND (l.ended_at IS NULL AND s.updated_at < moment - make_interval(secs => 3 * n.interim_seconds)
                  OR l.ended_at = s.updated_at AND s.cause IN ('nas-restart', 'nas-withdrawn', 'lost'))) heard ON true
     WHERE (l.address = ANY (network_prefixes_of(sought)) OR l.station = sought_station)
       AND l.began_at < until AND coalesce(l.ended_at, heard.last, 'infinity') >= since;
$$;
