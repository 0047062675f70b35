-- The lines of a session in the log: one for each address, begun with the session or when it was first told, ended with it or when the
-- address is another's turn. Heard of an address for the first time, the line that had none gets it.
CREATE OR REPLACE FUNCTION network_note_addresses(
    session bigint, nas bigint, person bigint, guest_key text, mac text, held inet[], place bigint, started timestamptz, stopped timestamptz,
    happened timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    since timestamptz := started - interval '1 day';
    is_first boolean := NOT EXISTS (SELECT FROM network_address_line l WHERE l.session_id = session AND l.began_at >= since);
BEGIN
    UPDATE network_address_line l SET address = held[1], told_at = happened
     WHERE l.session_id = session AND l.began_at >= since AND l.address IS NULL AND held <> '{}';
    UPDATE network_address_line l SET person_id = person, guest = guest_key, began_at = greatest(l.began_at, started)
     WHERE l.session_id = session AND l.began_at >= since AND l.person_id IS NULL AND l.guest = ''
       AND (person IS NOT NULL OR guest_key <> '');
    UPDATE network_address_line l SET ended_at = greatest(l.began_at, coalesce(stopped, happened))
     WHERE l.session_id = session AND l.began_at >= since AND l.ended_at IS NULL
       AND (stopped IS NOT NULL OR l.address <> ALL (held));
    INSERT INTO network_address_line (began_at, ended_at, session_id, nas_id, person_id, guest, station, address, place_id, told_at)
    SELECT CASE WHEN is_first THEN started ELSE happened END, stopped, session, nas, person, guest_key, mac, ip, place,
           CASE WHEN is_first AND started < happened THEN happened END
      FROM unnest(CASE WHEN held = '{}' THEN ARRAY[NULL]::inet[] ELSE held END) AS ip
     WHERE NOT EXISTS (
        SELECT FROM network_address_line l
         WHERE l.session_id = session AND l.began_at >= since AND l.address IS NOT DISTINCT FROM ip
           AND (l.ended_at IS NULL OR stopped IS NOT NULL));
END $$;
