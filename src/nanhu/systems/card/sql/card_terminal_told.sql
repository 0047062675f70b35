-- One more balance (or, `what`, what waits for a card: claim, whose it is: name) is told of a card of which this terminal showed nothing but
-- the number: as many a minute as it may sell, for a till shows each card that is laid on it, and so many a day (`most`), of each kind apart.
-- It is no guess and closes nothing else. False where that is too much, or where the terminal guessed too often: nothing is told, nothing counted.
CREATE OR REPLACE FUNCTION card_terminal_told(terminal bigint, forgiven integer, most_a_minute integer, most integer, what text)
RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM card_terminal_turn(ARRAY[terminal], forgiven);
    UPDATE card_terminal_activity a
        SET minute_told = a.minute_told + 1, day_told = a.day_told + (what = 'balance')::integer,
            day_claims = a.day_claims + (what = 'claim')::integer, day_names = a.day_names + (what = 'name')::integer
        WHERE a.terminal_id = terminal AND a.misses < forgiven AND a.minute_told < most_a_minute
          AND CASE what WHEN 'claim' THEN a.day_claims WHEN 'name' THEN a.day_names ELSE a.day_told END < most;
    RETURN FOUND;
END $$;
