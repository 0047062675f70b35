CREATE OR REPLACE FUNCTION dormitory_room_share_of_an_approved_list() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM dormitory_room_list l JOIN dormitory_room_bill b ON b.room_list_id = l.id
        WHERE l.id = NEW.room_list_id AND l.state = 'posting' AND b.id = NEW.bill_id AND b.released_at IS NULL AND NOT b.is_waiting;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a share is taken from an approved list only' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
