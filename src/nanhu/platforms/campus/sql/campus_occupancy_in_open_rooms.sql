-- Nobody newly stands in a closed room from now on; what is over is told of any.
CREATE OR REPLACE FUNCTION campus_occupancy_in_open_rooms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM campus_refuse_closed(ARRAY(SELECT DISTINCT a.room_id FROM added a WHERE a.held AND upper(a.during) > now()));
    RETURN NULL;
END $$;
