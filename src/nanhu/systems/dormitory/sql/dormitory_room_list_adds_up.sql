CREATE OR REPLACE FUNCTION dormitory_room_list_adds_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    fen bigint; shares bigint;
BEGIN
    SELECT coalesce(sum(s.amount_fen), 0), count(*) INTO fen, shares FROM dormitory_room_share s WHERE s.room_list_id = NEW.id;
    IF (fen, shares, (SELECT count(*) FROM dormitory_room_bill b WHERE b.room_list_id = NEW.id))
            IS DISTINCT FROM (NEW.sum_fen, NEW.share_count::bigint, NEW.room_count::bigint) THEN
        RAISE EXCEPTION 'the bills of a list add up to it' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
