-- Accounting-On or -Off: what this NAS had on line before it is over, of this application. Why it is refused, "" where it is not.
CREATE OR REPLACE FUNCTION network_restarted(from_address inet, from_identifier text, happened timestamptz, said_application text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    device network_nas := network_nas_at(from_address, from_identifier);
    refused text := network_refuses(device, said_application);
BEGIN
    IF refused = '' THEN
        UPDATE network_nas n SET last_heard_at = now() WHERE n.id = device.id;
        PERFORM network_end(
            ARRAY(SELECT s.id FROM network_session s
                   WHERE s.nas_id = device.id AND s.application = said_application AND s.stopped_at IS NULL AND s.updated_at < happened
                   ORDER BY s.id FOR UPDATE),
            'nas-restart', happened);
    END IF;
    RETURN refused;
END $$;
