-- What the gateway saw of terminals in the last seconds: [{"id", "sequence", "address", "offset"}], one element of a terminal and address.
CREATE OR REPLACE FUNCTION card_terminal_seen(batch json) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE card_terminal p SET last_seen = now(), last_sequence = CASE WHEN s.sequence <= coalesce(p.sequence_ceiling, s.sequence)
                                                                   THEN greatest(p.last_sequence, s.sequence) ELSE p.last_sequence END
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
