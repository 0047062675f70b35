-- Of a campus: one to twenty periods, each ends after it began, none begins before the one before it ended.
CREATE OR REPLACE FUNCTION campus_period_table_in_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF cardinality(NEW.starts) NOT BETWEEN 1 AND 20 OR cardinality(NEW.starts) <> cardinality(NEW.ends) OR EXISTS (
        SELECT FROM unnest(NEW.starts, NEW.ends) WITH ORDINALITY AS period (begins, finishes, n)
        WHERE begins IS NULL OR finishes IS NULL OR begins >= finishes OR begins < NEW.ends[n - 1]
    ) OR NOT EXISTS (SELECT FROM campus_place p WHERE p.id = NEW.campus_id AND p.kind = 'campus') THEN
        RAISE check_violation USING MESSAGE = 'periods out of order', CONSTRAINT = 'campus_period_table_in_order';
    END IF;
    RETURN NEW;
END $$;
