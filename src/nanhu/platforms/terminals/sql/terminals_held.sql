-- A terminal held as it is until the end of the transaction, for what a room above decides by its kind and state.
CREATE OR REPLACE FUNCTION terminals_held(terminal bigint) RETURNS TABLE (number text, kind text, state text) LANGUAGE sql AS $$
    SELECT t.number, t.kind, t.state FROM terminals_terminal t WHERE t.id = terminal FOR SHARE
$$;
