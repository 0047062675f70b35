-- What the gateway saw of terminals in the last seconds: [{"id", "sequence", "address", "offset"}], one element of a terminal and address.
CREATE FUNCTION card_terminal_seen(batch json) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE card_terminal p SET last_seen = now(), last_sequence = greatest(p.last_sequence, s.sequence)
        FROM (SELECT r.id, max(r.sequence) AS sequence FROM json_to_recordset(batch) AS r(id bigint, sequence bigint) GROUP BY r.id) AS s
        WHERE p.id = s.id;
    INSERT INTO card_terminal_address AS a (terminal_id, address, first_seen, last_seen, times)
        SELECT r.id, r.address, now(), now(), r.times
        FROM json_to_recordset(batch) AS r(id bigint, address text, times bigint) WHERE r.address <> '' ORDER BY r.id, r.address
        ON CONFLICT (terminal_id, address) DO UPDATE SET last_seen = now(), times = a.times + excluded.times;
    INSERT INTO card_terminal_report AS t (terminal_id, list_version, list_at, software, stored_rows, stored_fen, reported_at,
                                           clock_offset_seconds)
        SELECT DISTINCT ON (r.id) r.id, 0, now(), '', 0, 0, now(), r."offset"
        FROM json_to_recordset(batch) AS r(id bigint, "offset" double precision) WHERE r."offset" IS NOT NULL ORDER BY r.id
        ON CONFLICT (terminal_id) DO UPDATE SET clock_offset_seconds = excluded.clock_offset_seconds;
END $$;

-- The terminal used its new key: that is its key now, the old one opens nothing any more.
CREATE FUNCTION card_terminal_promote_key(terminal bigint, wanted integer) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    taken record;
BEGIN
    DELETE FROM card_terminal_next_key n WHERE n.terminal_id = terminal AND n.version = wanted RETURNING n.key, n.version INTO taken;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE card_terminal SET key = taken.key, key_version = taken.version WHERE id = terminal;
    RETURN true;
END $$;

CREATE FUNCTION card_terminal_next_key_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('card_terminal', '');
    RETURN NULL;
END $$;
CREATE TRIGGER card_terminal_next_key_tells_gateway AFTER INSERT OR UPDATE OR DELETE ON card_terminal_next_key
    FOR EACH STATEMENT EXECUTE FUNCTION card_terminal_next_key_changed();

-- Looks through the sequences that came since the last look, at most `most` of a terminal: which are missing, which came late, which
-- gaps were filled. Sequences of the services door count too.
CREATE FUNCTION card_terminal_watch(most bigint) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    one record;
    reach bigint;
    noticed integer := 0;
    added integer;
BEGIN
    FOR one IN SELECT p.id, p.last_sequence, coalesce(w.upto, 0) AS upto FROM card_terminal p
        LEFT JOIN card_terminal_watch w ON w.terminal_id = p.id WHERE p.last_sequence > coalesce(w.upto, 0) ORDER BY p.id
    LOOP
        -- A terminal that was first heard at a large number begins there.
        reach := least(one.last_sequence, one.upto + most);
        IF one.upto = 0 THEN
            one.upto := greatest((SELECT min(r.sequence) FROM card_receipt r WHERE r.terminal_id = one.id) - 1, 0);
            reach := least(one.last_sequence, coalesce(one.upto, 0) + most);
        END IF;
        INSERT INTO card_terminal_gap (terminal_id, sequence, noticed_at)
            SELECT one.id, n, now() FROM generate_series(coalesce(one.upto, 0) + 1, reach) AS n
            WHERE NOT EXISTS (SELECT FROM card_receipt r WHERE r.terminal_id = one.id AND r.sequence = n)
              AND NOT EXISTS (SELECT FROM card_device_request d WHERE d.terminal_id = one.id AND d.sequence = n)
            ON CONFLICT DO NOTHING;
        GET DIAGNOSTICS added = ROW_COUNT;
        noticed := noticed + added;
        INSERT INTO card_terminal_watch AS w (terminal_id, upto, reordered)
            SELECT one.id, reach, count(*) FILTER (WHERE late) FROM (
                SELECT r.sequence < max(r.sequence) OVER (ORDER BY r.id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS late
                FROM card_receipt r WHERE r.terminal_id = one.id AND r.sequence BETWEEN coalesce(one.upto, 0) + 1 AND reach) AS seen
            ON CONFLICT (terminal_id) DO UPDATE SET upto = excluded.upto, reordered = w.reordered + excluded.reordered;
    END LOOP;
    UPDATE card_terminal_gap g SET filled_at = now() WHERE g.filled_at IS NULL
        AND (EXISTS (SELECT FROM card_receipt r WHERE r.terminal_id = g.terminal_id AND r.sequence = g.sequence)
             OR EXISTS (SELECT FROM card_device_request d WHERE d.terminal_id = g.terminal_id AND d.sequence = g.sequence));
    RETURN noticed;
END $$;
