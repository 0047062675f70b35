-- The terminal used its new key: that is its key now, the old one opens nothing any more. For a week it is known again: a device that still
-- signs by it never heard of the new one, so that somebody else used that.
CREATE OR REPLACE FUNCTION terminals_promote_key(terminal bigint, wanted integer) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    taken record;
BEGIN
    DELETE FROM terminals_next_key n WHERE n.terminal_id = terminal AND n.version = wanted RETURNING n.key, n.version INTO taken;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE terminals_terminal SET former_key = key, former_until = now() + interval '7 days', key = taken.key, key_version = taken.version
        WHERE id = terminal;
    RETURN true;
END $$;
