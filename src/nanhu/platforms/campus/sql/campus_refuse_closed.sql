-- Raises where one of these rooms is closed. The places are locked first, so that one who closes them and one who comes in see each other.
CREATE OR REPLACE FUNCTION campus_refuse_closed(rooms bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    closed text;
BEGIN
    PERFORM FROM campus_place p WHERE p.id IN (SELECT up.id FROM unnest(rooms) r (id), campus_upwards(r.id) up) ORDER BY p.id FOR SHARE;
    SELECT p.name INTO closed FROM campus_place p WHERE p.id = ANY (rooms) AND NOT campus_is_open(p.id) ORDER BY p.key LIMIT 1;
    IF FOUND THEN
        RAISE check_violation USING MESSAGE = closed, CONSTRAINT = 'campus_occupancy_in_open_rooms';
    END IF;
END $$;
