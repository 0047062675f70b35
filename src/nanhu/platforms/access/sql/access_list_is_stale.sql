-- A door that hangs elsewhere: others may pass, so its list is made anew with the next poll.

CREATE OR REPLACE FUNCTION access_list_is_stale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE access_list SET stamp = '' WHERE door_id = NEW.terminal_id;
    RETURN NULL;
END $$;
