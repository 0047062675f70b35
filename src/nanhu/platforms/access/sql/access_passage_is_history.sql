-- Passages are kept half a year, by the database's own clock, and then may be forgotten.
CREATE OR REPLACE FUNCTION access_passage_is_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.received_at < now() - interval '180 days' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'passages are never changed';
END $$;
