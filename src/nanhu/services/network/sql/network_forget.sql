-- Drops the months of which nothing is as young as `wanted`, takes older lines out of the others, and touches none that is younger than the
-- law's six months, whoever asks.
CREATE OR REPLACE FUNCTION network_forget(wanted date) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    name text;
    last_kept date := least(wanted, (current_date - interval '6 months')::date);
    is_needed boolean;
BEGIN
    FOR name IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'network_address_line'::regclass AND c.relname ~ '_[0-9]{6}$'
          AND c.relname < 'network_address_line_' || to_char(last_kept, 'YYYYMM')
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE coalesce(ended_at, began_at) >= $1)', name) INTO is_needed USING last_kept;
        CONTINUE WHEN is_needed;
        EXECUTE format('DROP TABLE %I', name);
        RETURN NEXT name;
    END LOOP;
    DELETE FROM network_address_line WHERE began_at < last_kept AND coalesce(ended_at, began_at) < last_kept;
END $$;
