-- Brings a door's list up to the stamp; gives its version. `limited` holds the "class:sub-class" whose right to doors changes within
-- the list's days. Whoever asks at the same time waits for the first.
CREATE OR REPLACE FUNCTION access_refresh(wanted bigint, since date, limited text[], issuers text[], new_stamp text)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    known record;
    changed bigint;
BEGIN
    INSERT INTO access_list (door_id, version, stamp, profiles, profiles_tag) VALUES (wanted, 0, '', '{}', '') ON CONFLICT DO NOTHING;
    SELECT l.version, l.stamp INTO known FROM access_list l WHERE l.door_id = wanted FOR UPDATE;
    IF known.stamp = new_stamp THEN
        RETURN known.version;
    END IF;
    WITH fresh AS MATERIALIZED (
        SELECT access_hash(d.list_salt, p.number) AS hashed, p.valid_from, p.valid_until,
               array_to_string(p.rules, '.') || CASE WHEN p.holder_class || ':' || p.sub_class = ANY (limited)
                   THEN '/' || p.holder_class || ':' || p.sub_class ELSE '' END AS profile
        FROM access_door d CROSS JOIN LATERAL access_profiles(d.place_id, since, issuers) AS p
        WHERE d.terminal_id = wanted AND p.valid_until >= since
    ), put AS (
        INSERT INTO access_list_row AS r (door_id, hashed, profile, valid_from, valid_until, version)
        SELECT wanted, f.hashed, f.profile, f.valid_from, f.valid_until, known.version + 1 FROM fresh f
        ON CONFLICT (door_id, hashed) DO UPDATE
            SET profile = excluded.profile, valid_from = excluded.valid_from, valid_until = excluded.valid_until,
                version = excluded.version
            WHERE (r.profile, r.valid_from, r.valid_until) IS DISTINCT FROM (excluded.profile, excluded.valid_from, excluded.valid_until)
        RETURNING 1
    ), gone AS (
        UPDATE access_list_row r SET profile = '', version = known.version + 1
        WHERE r.door_id = wanted AND r.profile <> '' AND NOT EXISTS (SELECT FROM fresh f WHERE f.hashed = r.hashed)
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM put) + (SELECT count(*) FROM gone) INTO changed;
    UPDATE access_list l SET version = known.version + (changed > 0)::integer, stamp = new_stamp, built_at = now()
        WHERE l.door_id = wanted;
    RETURN known.version + (changed > 0)::integer;
END $$;
