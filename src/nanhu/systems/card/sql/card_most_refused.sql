-- How many refusals of a terminal are written down in a minute.
CREATE OR REPLACE FUNCTION card_most_refused() RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT 120 $$;
