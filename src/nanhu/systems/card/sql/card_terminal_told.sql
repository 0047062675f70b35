-- One more balance (or, `of_claim`, what waits for a card) is told of a card of which this terminal showed nothing but the number: as many
-- a minute as it may sell, for a till shows each card that is laid on it, and so many a day (`most`), claims apart from balances. It is no
-- guess and closes nothing else. False where that is too much, or where the terminal guessed too often: nothing is told, nothing counted.
CREATE OR REPLACE FUNCTION card_terminal_told(terminal bigint, forgiven integer, most_a_minute integer, most integer, of_claim boolean)
RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM card_terminal_turn(ARRAY[terminal], forgiven);
    UPDATE card_terminal_activity a
        SET minute_told = a.minute_told + 1, day_told = a.day_told + (NOT of_claim)::integer, day_claims = a.day_claims + of_claim::integer
        WHERE a.terminal_id = terminal AND a.misses < forgiven AND a.minute_told < most_a_minute
          AND CASE WHEN of_claim THEN a.day_claims ELSE a.day_told END < most;
    RETURN FOUND;
END $$;
