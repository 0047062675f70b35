CREATE OR REPLACE FUNCTION dormitory_room_bill_adds_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT coalesce(sum(s.amount_fen), 0) FROM dormitory_room_share s WHERE s.bill_id = NEW.id AND s.room_list_id = NEW.room_list_id)
            <> NEW.amount_fen THEN
        RAISE EXCEPTION 'the shares of a bill add up to it' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
