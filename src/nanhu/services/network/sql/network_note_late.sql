-- A report that was overtaken: an address that no line of the session has at its moment was held then, until the next was told.
CREATE OR REPLACE FUNCTION network_note_late(
    session bigint, nas bigint, person bigint, guest_key text, mac text, said inet[], place bigint, started timestamptz, happened timestamptz
) RETURNS void LANGUAGE sql AS $$
    INSERT INTO network_address_line (began_at, ended_at, session_id, nas_id, person_id, guest, station, address, place_id)
    SELECT happened,
           coalesce((SELECT min(l.began_at) FROM network_address_line l
                      WHERE l.session_id = session AND l.began_at > happened AND family(l.address) = family(ip)), happened),
           session, nas, person, guest_key, mac, ip, place
      FROM unnest(said) AS ip
     WHERE NOT EXISTS (
        SELECT FROM network_address_line l
         WHERE l.session_id = session AND l.began_at >= started - interval '1 day' AND l.address = ip
           AND l.began_at <= happened AND coalesce(l.ended_at, 'infinity') >= happened);
$$;
