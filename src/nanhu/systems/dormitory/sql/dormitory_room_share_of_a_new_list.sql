-- and from then on nothing may be added.
CREATE OR REPLACE FUNCTION dormitory_room_share_of_a_new_list() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM dormitory_room_list l WHERE l.id = NEW.room_list_id AND l.state = 'checked';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'nothing is added to a list that somebody looked at' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
