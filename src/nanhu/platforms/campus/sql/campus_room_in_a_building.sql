-- A room is a place of the kind room, and stands in another.
CREATE OR REPLACE FUNCTION campus_room_in_a_building() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM campus_place p WHERE p.id = NEW.place_id AND p.kind = 'room' AND p.parent_id IS NOT NULL) THEN
        RAISE check_violation USING MESSAGE = 'no place of the kind room in a building', CONSTRAINT = 'campus_room_in_a_building';
    END IF;
    RETURN NEW;
END $$;
