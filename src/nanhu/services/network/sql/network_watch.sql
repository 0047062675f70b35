-- After a day of silence sessions are over, at the moment they were last heard of; how many.
CREATE OR REPLACE FUNCTION network_watch(moment timestamptz) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    one record;
    lost integer := 0;
BEGIN
    FOR one IN
        SELECT s.id, s.updated_at FROM network_session s
         WHERE s.stopped_at IS NULL AND s.updated_at < moment - interval '1 day' ORDER BY s.id LIMIT 5000 FOR UPDATE SKIP LOCKED
    LOOP
        PERFORM network_end(ARRAY[one.id], 'lost', one.updated_at);
        lost := lost + 1;
    END LOOP;
    RETURN lost;
END $$;
