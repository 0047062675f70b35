-- A key speaks for the NAS of its own application alone. The campus itself (a gateway without RADIUS, told by the portal) has none.
CREATE OR REPLACE FUNCTION network_refuses(device network_nas, said_application text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN device.id IS NULL THEN 'strange'
                WHEN said_application = '' OR said_application = ANY (device.applications) THEN ''
                ELSE 'not-theirs' END;
$$;
