-- One more card is reported lost at this machine by a document, or found to be lost already: so many a day (`most`). False where that is
-- too much: nothing is told, nothing counted.
CREATE OR REPLACE FUNCTION card_terminal_reported(terminal bigint, forgiven integer, most integer) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM card_terminal_turn(ARRAY[terminal], forgiven);
    UPDATE card_terminal_activity a SET day_losses = a.day_losses + 1 WHERE a.terminal_id = terminal AND a.day_losses < most;
    RETURN FOUND;
END $$;
