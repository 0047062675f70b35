-- Guesses of a terminal that are not yet forgiven; NULL for one that has done nothing yet.
CREATE OR REPLACE FUNCTION card_guesses(terminal bigint, forgiven integer) RETURNS integer LANGUAGE sql STABLE AS $$
    SELECT card_misses_left(a.misses, a.minute_begun, forgiven) FROM card_terminal_activity a WHERE a.terminal_id = terminal
$$;
