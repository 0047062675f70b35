-- Nobody newly stands in a closed room. The places are locked first, so that one who closes them and one who comes in see each other.
CREATE OR REPLACE FUNCTION campus_occupancy_in_open_rooms() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    closed text;
BEGIN
    PERFORM FROM campus_place p
    WHERE p.id IN (SELECT up.id FROM (SELECT DISTINCT a.room_id FROM added a WHERE a.held) r, campus_upwards(r.room_id) up)
    ORDER BY p.id FOR SHARE;
    SELECT p.name INTO closed FROM (SELECT DISTINCT a.room_id FROM added a WHERE a.held) r JOIN campus_place p ON p.id = r.room_id
    WHERE NOT campus_is_open(p.id) ORDER BY p.key LIMIT 1;
    IF FOUND THEN
        RAISE check_violation USING MESSAGE = closed, CONSTRAINT = 'campus_occupancy_in_open_rooms';
    END IF;
    RETURN NULL;
END $$;
