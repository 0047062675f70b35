-- What was seen of terminals in the last seconds: [{"id", "sequence", "address", "times", "offset"}], one element of a terminal and address.
CREATE OR REPLACE FUNCTION terminals_seen(batch json) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE terminals_terminal p
        SET last_seen = now(), clock_offset_seconds = coalesce(s.clock_offset, p.clock_offset_seconds),
            last_sequence = CASE WHEN s.sequence <= coalesce(p.sequence_ceiling, s.sequence)
                                 THEN greatest(p.last_sequence, s.sequence) ELSE p.last_sequence END
        FROM (SELECT r.id, max(r.sequence) AS sequence, (array_agg(r."offset") FILTER (WHERE r."offset" IS NOT NULL))[1] AS clock_offset
              FROM json_to_recordset(batch) AS r(id bigint, sequence bigint, "offset" double precision) GROUP BY r.id) AS s
        WHERE p.id = s.id;
    INSERT INTO terminals_address AS a (terminal_id, address, first_seen, last_seen, times)
        SELECT r.id, r.address, now(), now(), r.times
        FROM json_to_recordset(batch) AS r(id bigint, address text, times bigint) WHERE r.address <> '' ORDER BY r.id, r.address
        ON CONFLICT (terminal_id, address) DO UPDATE SET last_seen = now(), times = a.times + excluded.times;
END $$;
