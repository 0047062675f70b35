-- A place that stands below another, or a door that hangs elsewhere: other cards may pass, so every list is made anew with the next poll.

CREATE OR REPLACE FUNCTION card_door_lists_are_stale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE card_door_list SET stamp = '';
    RETURN NULL;
END $$;
