-- The same for a stay that is held again, moves to another room or takes more time.
CREATE OR REPLACE FUNCTION campus_occupancy_moves_to_open_rooms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM campus_refuse_closed(ARRAY[NEW.room_id]);
    RETURN NULL;
END $$;
