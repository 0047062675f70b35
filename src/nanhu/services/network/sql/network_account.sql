-- One accounting record of RADIUS: Start, Interim or Stop, in any order, twice, late. A session is bound by its Class and never by the name
-- it shows; `said_person` is whom a vendor's system in place let in. Larger counters win; a Stop closes it also before its Start was heard.
-- `happened` is the NAS's moment (received less delay). Gives the session, and of the first of a day at a NAS behind which nobody stands,
-- why; null where nobody registered this NAS ("strange"), the key does not speak for it or for this session ("not-theirs"), or this NAS tells
-- of too many such sessions ("flood").
CREATE OR REPLACE FUNCTION network_account(
    from_address inet, from_identifier text, status text, said_sid text, classes text[], said_name text, said_station text,
    said_addresses inet[], said_ap text, said_in bigint, said_out bigint, happened timestamptz, seconds integer, said_cause text,
    said_service text, said_application text, said_person bigint, OUT session bigint, OUT refused text, OUT unknown text
) LANGUAGE plpgsql AS $$
DECLARE
    device network_nas := network_nas_at(from_address, from_identifier);
    given record;
    former record;
    earlier text;
    now_is record;
    stands_at bigint;
    held inet[];
    logged inet[];
    is_late boolean;
    is_new boolean;
    is_other boolean;
    is_back boolean;
    earliest timestamptz;
    began timestamptz := happened - make_interval(secs => seconds);
    day date := (happened AT TIME ZONE 'Asia/Shanghai')::date;
    of_nobody integer;
    why text;
    told_from timestamptz;
BEGIN
    refused := network_refuses(device, said_application);
    IF refused <> '' THEN
        RETURN;
    END IF;
    UPDATE network_nas n SET last_heard_at = now()
     WHERE n.id = device.id AND (n.last_heard_at IS NULL OR n.last_heard_at < now() - interval '1 minute');

    SELECT s.id, s.addresses, s.person_id, s.guest, s.station, s.started_at, s.updated_at, s.stopped_at, s.cause, s.closing_at, s.grant_id,
           s.ap, s.application, s.reports, s.note, network_name_of(coalesce(g.campus_no, s.user_name)) AS name, g.granted_at,
           g.person_id AS owner, g.guest AS owner_guest INTO former
      FROM network_session s LEFT JOIN network_grant g ON g.id = s.grant_id WHERE s.nas_id = device.id AND s.sid = said_sid FOR UPDATE OF s;
    IF former.application <> said_application THEN
        refused := 'not-theirs';
        RETURN;
    END IF;

    SELECT g.id, g.person_id, g.guest, g.device_id, g.service, g.nas_id, g.ended_at, g.ends_at, g.granted_at, g.station, '' AS note INTO given
      FROM network_grant g WHERE g.code = ANY (classes) ORDER BY g.id DESC LIMIT 1;
    IF given.id IS NULL AND said_station <> '' AND (
        former.grant_id IS NULL OR said_station <> former.station OR network_name_of(said_name) <> former.name
        OR (status = 'start' AND former.stopped_at IS NOT NULL)
    ) THEN
        SELECT g.id, g.person_id, g.guest, g.device_id, g.service, g.nas_id, g.ended_at, g.ends_at, g.granted_at, g.station, 'fallback' AS note INTO given
          FROM network_grant g
         WHERE g.station = said_station AND g.campus_no = said_name AND said_name <> '' AND g.ended_at IS NULL
           AND coalesce(g.nas_id, device.id) = device.id
           AND g.granted_at > happened - interval '24 hours'
         ORDER BY g.granted_at DESC LIMIT 1;
    END IF;
    -- by a Class that went out later than that nobody came in: that NAS counts the delay wrongly
    IF given.note = '' AND given.granted_at - interval '5 minutes' > happened THEN
        happened := given.granted_at - interval '5 minutes';
        began := happened;
    END IF;
    why := CASE
        WHEN given.id IS NULL AND said_person IS NOT NULL THEN 'named'
        WHEN given.id IS NULL THEN 'unknown'
        WHEN given.nas_id IS NOT NULL AND given.nas_id <> device.id THEN 'foreign-class'
        WHEN given.ended_at < happened OR given.ends_at + interval '1 hour' < happened THEN 'ended-grant'
        ELSE given.note
    END;

    -- a NAS that begins to count anew takes numbers of sessions again: what another was let in by is another session, whatever their age
    is_other := given.id <> former.grant_id AND (
        given.person_id IS DISTINCT FROM former.owner OR given.guest <> former.owner_guest
        OR (given.station <> former.station AND given.station <> '' AND former.station <> '')
        OR (status = 'start' AND given.id > former.grant_id));
    -- where no Class tells them apart: another device's MAC, another name besides another station, at a vendor's system another name
    IF former.id IS NOT NULL AND (given.id IS NULL OR former.grant_id IS NULL) THEN
        is_other := said_station <> '' AND former.station <> '' AND said_station <> former.station
            AND (said_station LIKE '__:__:__:__:__:__' AND former.station LIKE '__:__:__:__:__:__' OR network_name_of(said_name) <> former.name)
            OR 'named' IN (why, former.note) AND former.name <> '' AND network_name_of(said_name) NOT IN ('', former.name);
    END IF;
    IF is_other AND given.id IS NOT NULL THEN  -- or a late word of one whose number was taken since
        SELECT s.sid INTO earlier FROM network_session s
         WHERE s.nas_id = device.id AND starts_with(s.sid, said_sid || '#') AND s.grant_id = given.id ORDER BY s.id DESC LIMIT 1;
    ELSIF is_other AND status <> 'start' AND happened < former.started_at + interval '1 minute' THEN  -- of before it was taken: else it is a third one's
        SELECT s.sid INTO earlier FROM network_session s
         WHERE s.nas_id = device.id AND starts_with(s.sid, said_sid || '#') AND s.stopped_at > happened - interval '1 day'
           AND s.station = said_station AND network_name_of(s.user_name) IN ('', network_name_of(said_name))
         ORDER BY s.id DESC LIMIT 1;
    END IF;
    IF earlier IS NOT NULL THEN
        said_sid := earlier;
        SELECT s.id, s.addresses, s.person_id, s.guest, s.station, s.started_at, s.updated_at, s.stopped_at, s.cause, s.closing_at, s.grant_id,
               s.ap, s.application, s.reports, s.note, network_name_of(coalesce(g.campus_no, s.user_name)) AS name, g.granted_at,
               g.person_id AS owner, g.guest AS owner_guest INTO former
          FROM network_session s LEFT JOIN network_grant g ON g.id = s.grant_id WHERE s.nas_id = device.id AND s.sid = said_sid FOR UPDATE OF s;
    ELSIF is_other OR (
        given.id IS DISTINCT FROM former.grant_id AND (status = 'start' OR seconds > 0)
        AND former.stopped_at < began - CASE WHEN former.cause = 'nas-restart' THEN interval '0' ELSE interval '10 minutes' END
    ) THEN
        PERFORM network_end(ARRAY[former.id], 'nas-restart', former.updated_at) WHERE former.stopped_at IS NULL;
        UPDATE network_session s SET sid = s.sid || '#' || s.id WHERE s.id = former.id;
        former.id := NULL;
        former.granted_at := NULL;
    END IF;
    IF why NOT IN ('', 'fallback') THEN  -- noted, not trusted
        given.person_id := CASE WHEN why = 'named' THEN said_person END;
        given.guest := NULL;
        given.device_id := NULL;
    END IF;
    is_new := former.id IS NULL;
    unknown := '';
    IF is_new AND why NOT IN ('', 'fallback', 'named') THEN
        UPDATE network_nas n SET unknown_count = CASE WHEN n.unknown_on >= day THEN n.unknown_count + 1 ELSE 1 END, unknown_on = greatest(n.unknown_on, day)
         WHERE n.id = device.id RETURNING n.unknown_count INTO of_nobody;
        IF of_nobody > 20000 THEN  -- as many as a building has devices; whoever invents them fills no table
            refused := 'flood';
            RETURN;
        END IF;
        unknown := CASE WHEN of_nobody = 1 THEN why ELSE '' END;
    END IF;

    -- whoever was let in at ten had the address from ten on, however long the NAS counts
    earliest := least(given.granted_at, former.granted_at) - interval '5 minutes';
    -- on line though we took it as over: no restart, not lost, not gone from there
    is_back := NOT is_new AND (status = 'interim' AND earlier IS NULL
        AND happened > former.stopped_at + CASE  -- whom we put off is asked after sooner: its Stop may have been false
            WHEN former.cause IN ('nas-restart', 'lost') THEN interval '0' WHEN former.cause LIKE 'ours:%' THEN interval '1 minute'
            ELSE interval '10 minutes' END
        -- or no interim came all day, and its Stop counts as long as it lasted
        OR status = 'stop' AND former.cause = 'lost' AND happened > former.stopped_at AND began <= former.started_at + interval '10 minutes'
        -- or its number is another's by now: it was on line until then and is over
        OR earlier IS NOT NULL AND happened > former.stopped_at);
    -- what is older than the last word moves nothing: neither the place nor an address of which something was told since
    is_late := NOT is_new AND happened < former.updated_at;
    held := network_addresses_held(CASE WHEN NOT is_new THEN former.addresses END, CASE WHEN is_late THEN ARRAY(
        SELECT ip FROM unnest(said_addresses) AS ip WHERE network_told_after(former.reports, ip, happened) IS NULL) ELSE said_addresses END);
    logged := CASE WHEN is_late AND former.addresses <> '{}' THEN former.addresses ELSE held END;
    IF is_new OR (said_ap <> '' AND said_ap <> former.ap AND NOT is_late) THEN
        SELECT a.place_id INTO stands_at FROM network_ap_place a WHERE a.mac = said_ap;
        stands_at := coalesce(stands_at, device.place_id);
    END IF;

    INSERT INTO network_session AS s (
        nas_id, sid, grant_id, person_id, guest, device_id, service, note, user_name, station, address, addresses, place_id, ap,
        started_at, updated_at, active_at, stopped_at, cause, in_octets, out_octets, application, reports)
    VALUES (
        device.id, said_sid, CASE WHEN why <> 'foreign-class' THEN given.id END, given.person_id, coalesce(given.guest, ''),
        given.device_id, coalesce(given.service, said_service), why, CASE WHEN why IN ('', 'fallback') THEN '' ELSE said_name END,
        said_station, network_host_among(held), held, stands_at, said_ap,
        least(greatest(began, earliest), happened), happened, happened, CASE WHEN status = 'stop' OR earlier IS NOT NULL THEN happened END,
        CASE WHEN status = 'stop' THEN said_cause WHEN earlier IS NOT NULL THEN 'nas-restart' ELSE '' END, said_in, said_out, said_application,
        network_reports_with(NULL, said_addresses, happened))
    ON CONFLICT (nas_id, sid) DO UPDATE SET
        grant_id = greatest(s.grant_id, EXCLUDED.grant_id),
        person_id = coalesce(s.person_id, EXCLUDED.person_id),
        guest = CASE WHEN s.person_id IS NULL AND s.guest = '' THEN EXCLUDED.guest ELSE s.guest END,
        device_id = coalesce(s.device_id, EXCLUDED.device_id),
        note = CASE WHEN s.note NOT IN ('', 'fallback') AND EXCLUDED.note IN ('', 'fallback', 'named', 'ended-grant') THEN EXCLUDED.note ELSE s.note END,
        user_name = CASE WHEN EXCLUDED.note IN ('', 'fallback') THEN '' ELSE s.user_name END,
        station = CASE WHEN s.station = '' THEN EXCLUDED.station ELSE s.station END,
        address = EXCLUDED.address,
        addresses = EXCLUDED.addresses,
        reports = network_reports_with(s.reports, said_addresses, happened),
        place_id = coalesce(stands_at, s.place_id),
        ap = CASE WHEN stands_at IS NULL OR EXCLUDED.ap = '' THEN s.ap ELSE EXCLUDED.ap END,
        started_at = CASE WHEN s.grant_id IS NULL AND earliest <= happened THEN greatest(least(s.started_at, EXCLUDED.started_at), earliest)
                          ELSE least(s.started_at, EXCLUDED.started_at) END,
        updated_at = greatest(s.updated_at, EXCLUDED.updated_at),
        active_at = network_active_at(s.active_at, s.updated_at, s.in_octets + s.out_octets, EXCLUDED.updated_at, EXCLUDED.in_octets + EXCLUDED.out_octets),
        in_octets = greatest(s.in_octets, EXCLUDED.in_octets),
        out_octets = greatest(s.out_octets, EXCLUDED.out_octets),
        closing_at = CASE WHEN is_back THEN NULL ELSE s.closing_at END,
        unlisted_at = NULL,  -- it spoke since its gateway's list
        stopped_at = CASE
            WHEN is_back THEN EXCLUDED.stopped_at
            WHEN status = 'stop' THEN coalesce(s.stopped_at, EXCLUDED.stopped_at)
            ELSE s.stopped_at END,
        cause = CASE
            WHEN is_back OR (status = 'stop' AND s.stopped_at IS NULL) THEN EXCLUDED.cause
            ELSE s.cause END
    RETURNING s.id, s.person_id, s.guest, s.station, s.place_id, s.started_at, s.updated_at, s.stopped_at, s.closing_at, s.note, s.grant_id,
              s.reports, s.service
    INTO now_is;
    session := now_is.id;

    IF is_back THEN
        UPDATE network_address_line l SET ended_at = NULL
         WHERE l.session_id = now_is.id AND l.began_at >= now_is.started_at - interval '1 day' AND l.ended_at >= least(former.stopped_at, former.updated_at)
           AND (l.address = ANY (held) OR (held = '{}' AND l.address IS NULL));
    ELSIF NOT is_new AND NOT is_late AND happened < former.stopped_at THEN  -- of a silence that was none, told late
        UPDATE network_address_line l SET ended_at = happened
         WHERE l.session_id = now_is.id AND l.began_at >= now_is.started_at - interval '1 day' AND l.ended_at = former.updated_at
           AND (l.address = ANY (held) OR (held = '{}' AND l.address IS NULL));
    END IF;
    IF is_new OR is_back OR status = 'stop' OR former.addresses IS DISTINCT FROM logged OR former.person_id IS DISTINCT FROM now_is.person_id
       OR former.guest IS DISTINCT FROM now_is.guest THEN
        PERFORM network_note_addresses(now_is.id, device.id, now_is.person_id, now_is.guest, now_is.station, logged, now_is.place_id,
                                       now_is.started_at, now_is.stopped_at, happened);
    END IF;
    IF is_late THEN
        PERFORM network_note_late(now_is.id, device.id, now_is.person_id, now_is.guest, now_is.station, said_addresses, now_is.place_id,
                                  now_is.started_at, happened, now_is.reports,
                                  CASE WHEN now_is.stopped_at IS NOT NULL THEN now_is.updated_at END);
    END IF;
    told_from := CASE WHEN now_is.service NOT IN ('wifi', 'eduroam') THEN NULL
        WHEN is_new OR now_is.started_at < former.started_at OR former.person_id IS DISTINCT FROM now_is.person_id THEN now_is.started_at
        ELSE least(coalesce(former.stopped_at, former.updated_at), now_is.updated_at) END;
    IF told_from < date_trunc('hour', now()) - interval '2 hours' THEN
        PERFORM network_note_late_hours(told_from, greatest(now_is.updated_at, now_is.stopped_at));
    END IF;
    IF status = 'stop' THEN
        UPDATE network_disconnect d SET state = 'confirmed', confirmed_at = now(), due_at = NULL
         WHERE d.session_id = now_is.id AND d.state <> 'confirmed';
        IF now_is.closing_at IS NOT NULL THEN
            UPDATE network_session s SET cause = d.cause FROM network_disconnect d
             WHERE s.id = now_is.id AND d.session_id = s.id AND s.cause NOT LIKE 'ours:%';
        END IF;
    ELSIF now_is.stopped_at IS NULL THEN
        PERFORM network_ask_again(now_is.id, device.id, now_is.grant_id, now_is.note = 'ended-grant' OR (is_back AND former.closing_at IS NOT NULL));
    END IF;
END $$;
