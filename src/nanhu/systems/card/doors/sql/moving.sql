-- A place that stands below another, or a door that hangs elsewhere: other cards may pass, so every list is made anew with the next poll.

CREATE FUNCTION card_door_lists_are_stale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE card_door_list SET stamp = '';
    RETURN NULL;
END $$;
CREATE TRIGGER card_door_place_moves_its_lists AFTER UPDATE OF parent_id ON card_door_place
    FOR EACH ROW WHEN (OLD.parent_id IS DISTINCT FROM NEW.parent_id) EXECUTE FUNCTION card_door_lists_are_stale();
CREATE TRIGGER card_door_moves_its_list AFTER UPDATE OF place_id ON card_door
    FOR EACH ROW WHEN (OLD.place_id IS DISTINCT FROM NEW.place_id) EXECUTE FUNCTION card_door_lists_are_stale();
