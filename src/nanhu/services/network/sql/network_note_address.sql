-- The log's line of a session: begun with it, ended with it or when its address changes. Heard of an address for the first time, the line
-- that had none gets it.
CREATE OR REPLACE FUNCTION network_note_address(
    session bigint, nas bigint, person bigint, guest_key text, mac text, ip inet, place bigint, started timestamptz, stopped timestamptz,
    happened timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    since timestamptz := started - interval '1 day';
BEGIN
    UPDATE network_address_line l SET address = ip
     WHERE l.session_id = session AND l.began_at >= since AND l.address IS NULL AND ip IS NOT NULL;
    UPDATE network_address_line l SET person_id = person, guest = guest_key, began_at = greatest(l.began_at, started)
     WHERE l.session_id = session AND l.began_at >= since AND l.person_id IS NULL AND l.guest = ''
       AND (person IS NOT NULL OR guest_key <> '');
    UPDATE network_address_line l SET ended_at = greatest(l.began_at, coalesce(stopped, happened))
     WHERE l.session_id = session AND l.began_at >= since AND l.ended_at IS NULL
       AND (stopped IS NOT NULL OR l.address IS DISTINCT FROM ip);
    INSERT INTO network_address_line (began_at, ended_at, session_id, nas_id, person_id, guest, station, address, place_id)
    SELECT CASE WHEN EXISTS (SELECT FROM network_address_line l WHERE l.session_id = session AND l.began_at >= since)
                THEN happened ELSE started END,
           stopped, session, nas, person, guest_key, mac, ip, place
     WHERE NOT EXISTS (
        SELECT FROM network_address_line l
         WHERE l.session_id = session AND l.began_at >= since AND l.address IS NOT DISTINCT FROM ip
           AND (l.ended_at IS NULL OR stopped IS NOT NULL));
END $$;
