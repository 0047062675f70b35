-- One more guess of this terminal, made at the services door: counted together with those at the gateway. False where it was one too many:
-- whoever asks at once from many sides was let in by the same count, and is told nothing.
CREATE OR REPLACE FUNCTION card_terminal_missed(terminal bigint, forgiven integer) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    is_within boolean;
BEGIN
    PERFORM card_terminal_turn(ARRAY[terminal], forgiven);
    UPDATE card_terminal_activity a SET misses = a.misses + 1 WHERE a.terminal_id = terminal RETURNING a.misses <= forgiven INTO is_within;
    RETURN is_within;
END $$;
