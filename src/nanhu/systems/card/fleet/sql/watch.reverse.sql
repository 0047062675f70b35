DROP FUNCTION card_terminal_repeated(json);
DROP FUNCTION card_terminal_list_everybody_holds();
CREATE OR REPLACE FUNCTION card_terminal_watch(most bigint) RETURNS integer LANGUAGE plpgsql AS $$
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
            reported_at = excluded.reported_at
$$;
