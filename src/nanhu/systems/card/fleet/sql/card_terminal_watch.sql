-- Looks through the sequences that came since the last look: which are missing, which came late, which gaps were filled. Sequences of
-- the services door count too. A leap of more than `most` is noted by its first number alone, so that nobody can fill the disk by it.
CREATE OR REPLACE FUNCTION card_terminal_watch(most bigint) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    one record;
    start bigint;
    noticed integer := 0;
    added integer;
BEGIN
    FOR one IN SELECT p.id, p.last_sequence, w.upto FROM terminals_known p
        LEFT JOIN card_terminal_watch w ON w.terminal_id = p.id WHERE p.last_sequence > coalesce(w.upto, 0) ORDER BY p.id
    LOOP
        -- A terminal that was first heard at a large number begins there.
        start := coalesce(nullif(one.upto, 0) + 1, (SELECT least(
            (SELECT min(r.sequence) FROM card_receipt r WHERE r.terminal_id = one.id),
            (SELECT min(d.sequence) FROM terminals_answered d WHERE d.terminal_id = one.id))), one.last_sequence);
        INSERT INTO card_terminal_gap (terminal_id, sequence, noticed_at)
            SELECT one.id, n, now()
            FROM (SELECT start AS n WHERE one.last_sequence - start >= most
                  UNION SELECT generate_series(greatest(start, one.last_sequence - most + 1), one.last_sequence)) AS wanted
            WHERE NOT EXISTS (SELECT FROM card_receipt r WHERE r.terminal_id = one.id AND r.sequence = n)
              AND NOT EXISTS (SELECT FROM terminals_answered d WHERE d.terminal_id = one.id AND d.sequence = n)
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
                 OR EXISTS (SELECT FROM terminals_answered d WHERE d.terminal_id = g.terminal_id AND d.sequence = g.sequence))
        RETURNING g.terminal_id
    )
    UPDATE card_terminal_watch w SET reordered = late.times + CASE WHEN w.day = card_day(now()) THEN w.reordered ELSE 0 END,
        repeated = CASE WHEN w.day = card_day(now()) THEN w.repeated ELSE 0 END, day = card_day(now())
        FROM (SELECT f.terminal_id, count(*) AS times FROM filled f GROUP BY f.terminal_id) AS late WHERE late.terminal_id = w.terminal_id;
    RETURN noticed;
END $$;
