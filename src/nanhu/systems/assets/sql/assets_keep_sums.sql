-- What is booked belongs to a thing and a unit that are there: one question a statement, where keys asked two a row (millions in a run of
-- years). The sum of each thing and of each month it was booked in is kept along, so that no page adds up millions of rows.
CREATE OR REPLACE FUNCTION assets_keep_sums() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    named bigint;
    known bigint;
BEGIN
    WITH sums AS MATERIALIZED (SELECT asset_id, sum(fen)::bigint AS fen FROM added GROUP BY asset_id),
         kept AS (
            INSERT INTO assets_booked AS b (asset_id, fen)
            SELECT s.asset_id, s.fen FROM sums s JOIN assets_asset a ON a.id = s.asset_id
                ON CONFLICT (asset_id) DO UPDATE SET fen = b.fen + excluded.fen
            RETURNING 1)
    SELECT (SELECT count(*) FROM sums), (SELECT count(*) FROM kept) INTO named, known;
    IF named <> known
        OR EXISTS (SELECT FROM (SELECT DISTINCT unit_id FROM added) d LEFT JOIN people_units u ON u.id = d.unit_id WHERE u.id IS NULL) THEN
        RAISE EXCEPTION 'depreciation of a thing or a unit that is not there' USING ERRCODE = 'foreign_key_violation';
    END IF;
    INSERT INTO assets_booked_sum AS s (month, row_count, late_count, fen)
    SELECT booked_in, count(*), count(*) FILTER (WHERE month < booked_in), sum(fen) FROM added GROUP BY booked_in
        ON CONFLICT (month) DO UPDATE SET row_count = s.row_count + excluded.row_count,
            late_count = s.late_count + excluded.late_count, fen = s.fen + excluded.fen;
    RETURN NULL;
END $$;
