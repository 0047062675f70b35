-- Sessions of which three interims were not heard are stale: they count to no cap any more. After a day of silence they are over, at the
-- moment they were last heard of.
CREATE OR REPLACE FUNCTION network_watch(moment timestamptz, OUT stale integer, OUT lost integer) LANGUAGE plpgsql AS $$
DECLARE
    one record;
BEGIN
    UPDATE network_session s SET stale_at = moment FROM network_nas n
     WHERE n.id = s.nas_id AND s.stopped_at IS NULL AND s.stale_at IS NULL
       AND s.updated_at < moment - make_interval(secs => 3 * n.interim_seconds);
    GET DIAGNOSTICS stale = ROW_COUNT;
    lost := 0;
    FOR one IN
        SELECT s.id, s.updated_at FROM network_session s
         WHERE s.stopped_at IS NULL AND s.updated_at < moment - interval '1 day' ORDER BY s.id LIMIT 5000 FOR UPDATE SKIP LOCKED
    LOOP
        PERFORM network_end(ARRAY[one.id], 'lost', one.updated_at);
        lost := lost + 1;
    END LOOP;
END $$;
