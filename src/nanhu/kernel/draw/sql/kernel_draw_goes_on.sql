CREATE OR REPLACE FUNCTION kernel_draw_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'open' THEN
            RAISE EXCEPTION 'draw %: it begins open', NEW.key USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.value <> OLD.value AND NOT EXISTS (
        SELECT FROM kernel_draw_value WHERE draw_id = NEW.id AND state = 'agreed' AND value = NEW.value) THEN
        RAISE EXCEPTION 'draw %: two people read its value', NEW.key USING ERRCODE = 'restrict_violation';
    END IF;
    IF (OLD.state, NEW.state) = ('closed', 'void') AND NEW.voided_at <= NEW.publish_by AND NOT EXISTS (
        SELECT FROM kernel_draw_void WHERE draw_id = NEW.id AND state = 'agreed') THEN
        RAISE EXCEPTION 'draw %: two people give up what is closed', NEW.key USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
