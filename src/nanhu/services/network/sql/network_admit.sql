-- A device that is known comes on line again by its policy: the grant, with what goes out in the Accept. NULL where that is not plainly so, and
-- then nothing was written: `services/admission.py` decides, with a reason. What it asks is asked here too, in its order and under its lock.
CREATE OR REPLACE FUNCTION network_admit(
    the_code text, the_person bigint, the_campus_no text, the_service text, the_roles text[], the_mac text, from_address inet,
    from_identifier text, the_application text, the_app_password uuid, the_moment timestamptz
) RETURNS json LANGUAGE plpgsql AS $$
DECLARE
    here timestamp := the_moment AT TIME ZONE 'Asia/Shanghai';
    at_nas network_nas;
    held network_policy;
    known network_device;
    ends timestamptz;
    closing timestamptz;
    seen text[];
    made bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('network.admit:' || the_person, 0));
    at_nas := network_nas_at(from_address, from_identifier);
    IF NOT identity_app_password_opens(the_person, the_app_password) OR at_nas.id IS NOT NULL AND the_application <> ALL (at_nas.applications) THEN
        RETURN NULL;
    END IF;

    -- of several ties the one whose policy gives most, as `queries.generosity` has it
    SELECT p.* INTO held FROM network_policy p
     WHERE p.role = ANY (the_roles) AND p.service = the_service AND p.starts_on <= here::date
       AND (p.ends_on IS NULL OR p.ends_on >= here::date) AND p.withdrawn_at IS NULL
     ORDER BY p.devices > 0 AND network_is_open(here::time, p.opens, p.closes) DESC, p.devices DESC, p.session_seconds DESC,
              p.idle_seconds DESC, array_position(the_roles, p.role)
     LIMIT 1;
    IF NOT FOUND OR NOT network_is_open(here::time, held.opens, held.closes) THEN
        RETURN NULL;
    END IF;

    SELECT d.* INTO known FROM network_device d
     WHERE d.person_id = the_person AND d.guest = '' AND d.removed_at IS NULL AND d.macs @> ARRAY[the_mac]
     ORDER BY d.last_seen_at DESC LIMIT 1;
    IF NOT FOUND OR known.kept_off_at IS NOT NULL THEN
        RETURN NULL;
    END IF;

    -- each device once, also this one's own place left out; what tells no device counts by itself
    IF held.devices <= (
        SELECT count(DISTINCT coalesce('device:' || holds.device_id, holds.itself)) FROM (
            SELECT s.device_id, 'session:' || s.id AS itself
              FROM network_session s JOIN network_nas n ON n.id = s.nas_id
             WHERE s.person_id = the_person AND s.service = the_service AND s.stopped_at IS NULL
               AND s.updated_at >= the_moment - make_interval(secs => 3 * n.interim_seconds)
               AND NOT EXISTS (
                   SELECT FROM network_disconnect d
                    WHERE d.session_id = s.id AND d.cause = 'ours:device-cap' AND d.state <> 'failed'
                      AND d.created_at > the_moment - interval '30 seconds')
            UNION ALL
            SELECT g.device_id, 'grant:' || g.id
              FROM network_grant g
             WHERE g.person_id = the_person AND g.service = the_service AND g.ended_at IS NULL
               AND g.granted_at > the_moment - interval '60 seconds'
               AND NOT EXISTS (SELECT FROM network_session s WHERE s.grant_id = g.id)
        ) AS holds WHERE holds.device_id IS DISTINCT FROM known.id
    ) THEN
        RETURN NULL;
    END IF;

    IF known.macs[cardinality(known.macs)] <> the_mac OR the_moment - known.last_seen_at >= interval '1 minute' THEN
        seen := array_remove(known.macs, the_mac) || the_mac;
        UPDATE network_device d SET macs = seen[greatest(cardinality(seen) - 19, 1):], last_seen_at = the_moment
         WHERE d.id = known.id;
    END IF;
    ends := the_moment + make_interval(secs => held.session_seconds);
    IF held.closes IS NOT NULL THEN
        closing := (here::date + held.closes) AT TIME ZONE 'Asia/Shanghai';
        ends := least(ends, CASE WHEN closing > the_moment THEN closing ELSE closing + interval '1 day' END);
    END IF;
    INSERT INTO network_grant (
        code, person_id, guest, campus_no, service, role, policy_id, device_id, station, nas_id, granted_at, ends_at, cause, app_password)
    VALUES (
        the_code, the_person, '', the_campus_no, the_service, held.role, held.id, known.id, the_mac, at_nas.id, the_moment, ends, '',
        the_app_password)
    RETURNING id INTO made;
    RETURN json_build_object('interim_seconds', at_nas.interim_seconds, 'admission', json_build_object(
        'code', the_code, 'grant_id', made, 'device_id', known.id, 'role', held.role, 'ends_at', ends,
        'session_seconds', greatest(floor(extract(epoch FROM ends - the_moment))::int, 1), 'idle_seconds', held.idle_seconds,
        'vlan', held.vlan, 'down_kbps', held.down_kbps, 'up_kbps', held.up_kbps));
END
$$;
