-- Requests that were refused before they could count, as a room's own endpoint met them in the last seconds:
-- [{"terminal", "address", "code", "detail", "times"}].
CREATE OR REPLACE FUNCTION terminals_refused(batch json) RETURNS void LANGUAGE sql AS $$
    INSERT INTO terminals_incident (at, terminal_number, address, code, detail, times)
    SELECT now(), i.terminal, i.address, i.code, i.detail, i.times
    FROM json_to_recordset(batch) AS i(terminal text, address text, code text, detail text, times integer)
$$;
