CREATE OR REPLACE FUNCTION kernel_draw_entry_is_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    present text;
    hour timestamptz;
BEGIN
    SELECT state, closes_at INTO present, hour FROM kernel_draw WHERE id = NEW.draw_id FOR SHARE;
    IF TG_OP = 'INSERT' AND present = 'open' AND NEW.entered_at < hour AND NEW.lot = '' THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.draw_id, NEW.entrant, NEW.token) IS NOT DISTINCT FROM (OLD.draw_id, OLD.entrant, OLD.token) THEN
        IF present = 'open' AND NEW.entered_at < hour AND NEW.lot = '' THEN
            RETURN NEW;
        END IF;
        IF present = 'closed' AND (NEW.round, NEW.wishes, NEW.entered_at) IS NOT DISTINCT FROM (OLD.round, OLD.wishes, OLD.entered_at) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'draw %: its entries stand as they were when it closed', NEW.draw_id USING ERRCODE = 'restrict_violation';
END $$;
