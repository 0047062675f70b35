-- Looks through the sequences that came since the last look: which are missing, which came late, which gaps were filled. Sequences of
-- the services door count too. A leap of more than `most` is noted by its first number alone, so that nobody can fill the disk by it.
CREATE OR REPLACE FUNCTION card_terminal_watch(most bigint) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    one record;
    start bigint;
    noticed integer := 0;
    added integer;
BEGIN
    FOR one IN SELECT p.id, p.last_sequence, w.upto FROM card_terminal p
        LEFT JOIN card_terminal_watch w ON w.terminal_id = p.id WHERE p.last_sequence > coalesce(w.upto, 0) ORDER BY p.id
    LOOP
        -- A terminal that was first heard at a large number begins there.
        start := coalesce(nullif(one.upto, 0) + 1, (SELECT least(
            (SELECT min(r.sequence) FROM card_receipt r WHERE r.terminal_id = one.id),
            (SELECT min(d.sequence) FROM card_device_request d WHERE d.terminal_id = one.id))), one.last_sequence);
        INSERT INTO card_terminal_gap (terminal_id, sequence, noticed_at)
            SELECT one.id, n, now()
            FROM (SELECT start AS n WHERE one.last_sequence - start >= most
                  UNION SELECT generate_series(greatest(start, one.last_sequence - most + 1), one.last_sequence)) AS wanted
            WHERE NOT EXISTS (SELECT FROM card_receipt r WHERE r.terminal_id = one.id AND r.sequence = n)
              AND NOT EXISTS (SELECT FROM card_device_request d WHERE d.terminal_id = one.id AND d.sequence = n)
            ON CONFLICT DO NOTHING;
        GET DIAGNOSTICS added = ROW_COUNT;
        noticed := noticed + added;
        INSERT INTO card_terminal_watch AS w (terminal_id, upto, day, reordered, repeated)
            SELECT one.id, one.last_sequence, card_day(now()), count(*) FILTER (WHERE late), 0 FROM (
                SELECT r.sequence < max(r.sequence) OVER (ORDER BY r.id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS late
                FROM card_receipt r WHERE r.terminal_id = one.id AND r.sequence BETWEEN start AND one.last_sequence) AS seen
            ON CONFLICT (terminal_id) DO UPDATE SET upto = excluded.upto, day = excluded.day,
                reordered = excluded.reordered + CASE WHEN w.day = excluded.day THEN w.reordered ELSE 0 END,
                repeated = CASE WHEN w.day = excluded.day THEN w.repeated ELSE 0 END;
    END LOOP;
    WITH filled AS (
        UPDATE card_terminal_gap g SET filled_at = now() WHERE g.filled_at IS NULL
            AND (EXISTS (SELECT FROM card_receipt r WHERE r.terminal_id = g.terminal_id AND r.sequence = g.sequence)
                 OR EXISTS (SELECT FROM card_device_request d WHERE d.terminal_id = g.terminal_id AND d.sequence = g.sequence))
        RETURNING g.terminal_id
    )
    UPDATE card_terminal_watch w SET reordered = late.times + CASE WHEN w.day = card_day(now()) THEN w.reordered ELSE 0 END,
        repeated = CASE WHEN w.day = card_day(now()) THEN w.repeated ELSE 0 END, day = card_day(now())
        FROM (SELECT f.terminal_id, count(*) AS times FROM filled f GROUP BY f.terminal_id) AS late WHERE late.terminal_id = w.terminal_id;
    RETURN noticed;
END $$;

-- What the gateway was sent again in the last seconds: [{"id", "times"}].
CREATE FUNCTION card_terminal_repeated(batch json) RETURNS void LANGUAGE sql AS $$
    INSERT INTO card_terminal_watch AS w (terminal_id, upto, day, reordered, repeated)
    SELECT r.id, 0, card_day(now()), 0, r.times FROM json_to_recordset(batch) AS r(id bigint, times integer) ORDER BY r.id
    ON CONFLICT (terminal_id) DO UPDATE SET day = excluded.day,
        reordered = CASE WHEN w.day = excluded.day THEN w.reordered ELSE 0 END,
        repeated = excluded.repeated + CASE WHEN w.day = excluded.day THEN w.repeated ELSE 0 END
$$;

-- The newest version that every terminal in the field holds; those that sell nothing hold no list.
CREATE FUNCTION card_terminal_list_everybody_holds() RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT coalesce(min(coalesce(t.list_version, 0)), 0) FROM card_terminal p LEFT JOIN card_terminal_report t ON t.terminal_id = p.id
    WHERE p.state = 'on' AND p.kind IN ('pos', 'scanner', 'door') AND p.last_seen IS NOT NULL
$$;

-- What terminals said of themselves; `since` of a request is what it holds for sure. With the last of them the window of a loss ends.
CREATE OR REPLACE FUNCTION card_terminal_reports(batch json) RETURNS void LANGUAGE sql AS $$
    INSERT INTO card_terminal_report AS t (terminal_id, list_version, list_at, software, stored_rows, stored_fen, card_fen, total_fen,
                                           reported_at)
    SELECT r.id, coalesce(r.list_version, 0), now(), coalesce(r.software, ''), coalesce(r.stored_rows, 0),
           coalesce(r.stored_fen, 0), r.card_fen, r.total_fen, now()
    FROM json_to_recordset(batch) AS r(id bigint, list_version bigint, software text, stored_rows integer, stored_fen bigint,
                                       card_fen bigint, total_fen bigint)
    ORDER BY r.id
    ON CONFLICT (terminal_id) DO UPDATE
        SET list_at = CASE WHEN t.list_version = excluded.list_version THEN t.list_at ELSE excluded.list_at END,
            list_version = excluded.list_version,
            software = CASE WHEN excluded.software = '' THEN t.software ELSE excluded.software END,
            stored_rows = excluded.stored_rows, stored_fen = excluded.stored_fen,
            card_fen = coalesce(excluded.card_fen, t.card_fen), total_fen = coalesce(excluded.total_fen, t.total_fen),
            reported_at = excluded.reported_at;
    UPDATE card_loss_report l SET known_at = now() FROM card_revocation v
    WHERE l.ended_at IS NULL AND l.known_at IS NULL AND v.card_id = l.card_id AND v.reason IS NOT NULL
      AND v.version <= (SELECT card_terminal_list_everybody_holds())
$$;
