-- What a report says of hours that were summed up before (`network.sum_hours` takes the last three anew) is kept, for the next sum takes
-- these anew as well. Nobody waits for another: one row a report. `first_at`: before those three, else it need not be called.
CREATE OR REPLACE FUNCTION network_note_late_hours(first_at timestamptz, last_at timestamptz) RETURNS void LANGUAGE sql AS $$
    INSERT INTO network_late_span (first_at, last_at) VALUES (first_at, least(last_at, date_trunc('hour', now()) - interval '2 hours'))
$$;
