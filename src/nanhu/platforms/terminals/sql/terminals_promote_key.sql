-- The terminal used its new key: that is its key now, the old one opens nothing any more.
CREATE OR REPLACE FUNCTION terminals_promote_key(terminal bigint, wanted integer) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    taken record;
BEGIN
    DELETE FROM terminals_next_key n WHERE n.terminal_id = terminal AND n.version = wanted RETURNING n.key, n.version INTO taken;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE terminals_terminal SET key = taken.key, key_version = taken.version WHERE id = terminal;
    RETURN true;
END $$;
