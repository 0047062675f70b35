-- One more balance is told of a card of which this terminal showed nothing but the number: it counts as a guess does, and so many a day are
-- told (`most`). False where that is too much: nothing is told, nothing counted.
CREATE OR REPLACE FUNCTION card_terminal_told(terminal bigint, forgiven integer, most integer) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM card_terminal_turn(ARRAY[terminal], forgiven);
    UPDATE card_terminal_activity a SET misses = a.misses + 1, day_told = a.day_told + 1
        WHERE a.terminal_id = terminal AND a.misses < forgiven AND a.day_told < most;
    RETURN FOUND;
END $$;
