-- What the gateway was sent again in the last seconds: [{"id", "times"}].
CREATE OR REPLACE FUNCTION card_terminal_repeated(batch json) RETURNS void LANGUAGE sql AS $$
    INSERT INTO card_terminal_watch AS w (terminal_id, upto, day, reordered, repeated)
    SELECT r.id, 0, card_day(now()), 0, r.times FROM json_to_recordset(batch) AS r(id bigint, times integer) ORDER BY r.id
    ON CONFLICT (terminal_id) DO UPDATE SET day = excluded.day,
        reordered = CASE WHEN w.day = excluded.day THEN w.reordered ELSE 0 END,
        repeated = excluded.repeated + CASE WHEN w.day = excluded.day THEN w.repeated ELSE 0 END
$$;
