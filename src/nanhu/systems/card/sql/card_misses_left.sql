-- Guesses of a terminal that are not yet forgiven, at so many a whole minute since the minute of the last one began.
CREATE OR REPLACE FUNCTION card_misses_left(misses integer, minute_begun timestamptz, forgiven integer) RETURNS integer
LANGUAGE sql STABLE AS $$
    SELECT greatest(0, misses - forgiven * floor(least(greatest(extract(epoch FROM now() - minute_begun) / 60, 0), 100000)))::integer
$$;
