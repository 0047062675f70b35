-- Accounting-On or -Off: what this NAS had on line before it is over, of this application. How many sessions that were; null where nobody registered it.
CREATE OR REPLACE FUNCTION network_restarted(from_address inet, from_identifier text, happened timestamptz, said_application text) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    device bigint;
    ended integer;
BEGIN
    SELECT n.id INTO device FROM network_nas n
     WHERE n.address = from_address AND n.withdrawn_at IS NULL AND n.identifier IN ('', from_identifier)
     ORDER BY n.identifier DESC LIMIT 1;
    IF device IS NULL THEN
        RETURN NULL;
    END IF;
    UPDATE network_nas n SET last_heard_at = now() WHERE n.id = device;
    SELECT count(*) INTO ended FROM network_end(
        ARRAY(SELECT s.id FROM network_session s
               WHERE s.nas_id = device AND s.application = said_application AND s.stopped_at IS NULL AND s.updated_at < happened ORDER BY s.id FOR UPDATE),
        'nas-restart', happened);
    RETURN ended;
END $$;
