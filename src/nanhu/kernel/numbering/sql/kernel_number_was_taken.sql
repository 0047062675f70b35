CREATE OR REPLACE FUNCTION kernel_number_was_taken() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM kernel_number WHERE series = NEW.series AND scope = NEW.scope AND place = NEW.last) THEN
        RAISE EXCEPTION 'series % % has no number at place %', NEW.series, NEW.scope, NEW.last USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT FROM kernel_number WHERE series = NEW.series AND scope = NEW.scope AND place > NEW.last
        AND NEW.last = (SELECT last FROM kernel_number_counter WHERE id = NEW.id)) THEN
        RAISE EXCEPTION 'series % % has a number beyond place %', NEW.series, NEW.scope, NEW.last USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
