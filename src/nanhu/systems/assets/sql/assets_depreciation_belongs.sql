-- What is booked belongs to a thing and a unit that are there: one question a statement, where keys asked two a row (millions in a run of years).
CREATE OR REPLACE FUNCTION assets_depreciation_belongs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM (SELECT DISTINCT asset_id FROM added) d LEFT JOIN assets_asset a ON a.id = d.asset_id WHERE a.id IS NULL)
        OR EXISTS (SELECT FROM (SELECT DISTINCT unit_id FROM added) d LEFT JOIN people_units u ON u.id = d.unit_id WHERE u.id IS NULL) THEN
        RAISE EXCEPTION 'depreciation of a thing or a unit that is not there' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
