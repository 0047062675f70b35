-- A report that was overtaken: what it tells was held at its moment. Where another address of its kind has its line there, and that was first
-- told only later, that one began when it was told and this one was held before. Else this one was held from here until an address of its kind
-- was told again, or as long as the other was taken to be held; what was told again then, the other too, goes on from there. Of reports so old
-- that what was told after them is known no more it is one moment.
CREATE OR REPLACE FUNCTION network_note_late(
    session bigint, nas bigint, person bigint, guest_key text, mac text, said inet[], place bigint, started timestamptz, happened timestamptz,
    reports bigint[], over timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    since timestamptz := started - interval '1 day';
    ip inet;
    other record;
    next_at timestamptz;
    first_at timestamptz;
    last_at timestamptz;
BEGIN
    FOREACH ip IN ARRAY said LOOP
        UPDATE network_address_line l SET told_at = CASE WHEN l.told_at > happened THEN happened ELSE l.told_at END
         WHERE l.session_id = session AND l.began_at >= since AND l.address = ip AND l.began_at <= happened
           AND coalesce(l.ended_at, 'infinity') >= happened;
        CONTINUE WHEN FOUND;
        SELECT l.id, l.began_at, l.ended_at, l.told_at INTO other FROM network_address_line l
         WHERE l.session_id = session AND l.began_at >= since AND l.began_at <= happened AND coalesce(l.ended_at, 'infinity') > happened
           AND network_told_kind(l.address) = network_told_kind(ip) AND l.address <> ALL (said)
         ORDER BY l.began_at DESC LIMIT 1;
        first_at := happened;
        next_at := network_told_after(reports, ip, happened);
        IF other.told_at > happened THEN
            first_at := other.began_at;
            last_at := least(other.told_at, other.ended_at);
            UPDATE network_address_line l SET began_at = last_at, told_at = NULL WHERE l.id = other.id AND l.began_at = other.began_at;
        ELSIF next_at = '-infinity' THEN
            last_at := happened;
        ELSE
            last_at := CASE WHEN other.id IS NOT NULL THEN least(next_at, other.ended_at) ELSE coalesce(next_at, over) END;
            INSERT INTO network_address_line (began_at, ended_at, session_id, nas_id, person_id, guest, station, address, place_id)
            SELECT next_at, l.ended_at, session, nas, l.person_id, l.guest, l.station, l.address, l.place_id FROM network_address_line l
             WHERE l.session_id = session AND l.began_at BETWEEN since AND happened AND coalesce(l.told_at, l.began_at) <= happened
               AND coalesce(l.ended_at, 'infinity') > next_at AND network_told_kind(l.address) = network_told_kind(ip) AND l.address <> ALL (said);
            UPDATE network_address_line l SET ended_at = happened
             WHERE l.session_id = session AND l.began_at BETWEEN since AND happened AND coalesce(l.told_at, l.began_at) <= happened
               AND coalesce(l.ended_at, 'infinity') > happened AND network_told_kind(l.address) = network_told_kind(ip) AND l.address <> ALL (said);
            UPDATE network_address_line l SET began_at = happened, told_at = NULL WHERE l.session_id = session AND l.address = ip AND l.began_at = last_at;
            CONTINUE WHEN FOUND;
        END IF;
        INSERT INTO network_address_line (began_at, ended_at, session_id, nas_id, person_id, guest, station, address, place_id, told_at)
        VALUES (first_at, last_at, session, nas, person, guest_key, mac, ip, place, happened);
    END LOOP;
END $$;
