-- Drops the months that ended before `wanted`, and none that is younger than the law's half year, whoever asks.
CREATE OR REPLACE FUNCTION identity_sign_in_forget(wanted date) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    name text;
    oldest text := 'identity_sign_in_event_' || to_char(least(wanted, current_date - 180), 'YYYYMM');
BEGIN
    FOR name IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'identity_sign_in_event'::regclass AND c.relname ~ '_[0-9]{6}$' AND c.relname < oldest
    LOOP
        EXECUTE format('DROP TABLE %I', name);
        RETURN NEXT name;
    END LOOP;
END $$;
