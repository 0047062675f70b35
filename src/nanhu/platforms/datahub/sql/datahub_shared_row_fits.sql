-- Rows that come agree with their table's declaration, are living, and begin where no other of their key still holds.
CREATE OR REPLACE FUNCTION datahub_shared_row_fits() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong text;
    declared record;
BEGIN
    SELECT a.table_key || ' ' || a.key INTO wrong FROM added a
    WHERE a.valid_to IS NOT NULL OR NOT EXISTS (SELECT FROM datahub_shared_table t WHERE t.key = a.table_key) LIMIT 1;
    FOR declared IN
        SELECT t.key, array_agg(f.name) AS names, array_agg(f.type) AS types, array_agg(f.longest) AS lengths, array_agg(f.required) AS needed
        FROM datahub_shared_table t, jsonb_to_recordset(t.fields) AS f (name text, type text, longest integer, required boolean)
        WHERE t.key IN (SELECT a.table_key FROM added a) GROUP BY t.key
    LOOP
        EXIT WHEN wrong IS NOT NULL;
        SELECT a.table_key || ' ' || a.key INTO wrong FROM added a
        WHERE a.table_key = declared.key AND NOT a.is_removed AND (a.data - declared.names <> '{}' OR EXISTS (
            SELECT FROM unnest(declared.names, declared.types, declared.lengths, declared.needed) AS f (name, type, longest, is_needed)
            WHERE CASE WHEN NOT a.data ? f.name THEN f.is_needed
                  WHEN f.type = 'boolean' THEN jsonb_typeof(a.data -> f.name) <> 'boolean'
                  WHEN f.type = 'integer' THEN jsonb_typeof(a.data -> f.name) <> 'number' OR a.data ->> f.name LIKE '%.%'
                  WHEN jsonb_typeof(a.data -> f.name) <> 'string' THEN true
                  WHEN f.type = 'text' THEN length(a.data ->> f.name) > f.longest
                  WHEN f.type = 'date' THEN a.data ->> f.name NOT LIKE '____-__-__' OR NOT pg_input_is_valid(a.data ->> f.name, 'date')
                  WHEN f.type = 'moment' THEN a.data ->> f.name NOT LIKE '____-__-__T%' OR NOT pg_input_is_valid(a.data ->> f.name, 'timestamptz')
                  ELSE false END)) LIMIT 1;
    END LOOP;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'the row % does not agree with its shared table', wrong USING ERRCODE = 'check_violation';
    END IF;
    SELECT a.table_key || ' ' || a.key INTO wrong
    FROM added a CROSS JOIN LATERAL (
        SELECT FROM datahub_shared_row r
        WHERE r.table_key = a.table_key AND r.key = a.key AND r.id <> a.id AND (r.valid_to IS NULL OR r.valid_to > a.valid_from) LIMIT 1
    ) overlapping LIMIT 1;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'the row % begins before another of its key ended', wrong USING ERRCODE = 'exclusion_violation';
    END IF;
    RETURN NULL;
END $$;
