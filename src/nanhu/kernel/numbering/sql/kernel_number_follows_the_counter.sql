CREATE OR REPLACE FUNCTION kernel_number_follows_the_counter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM kernel_number_counter WHERE series = NEW.series) THEN
        RETURN NEW;
    END IF;
    IF NOT EXISTS (SELECT FROM kernel_number_counter WHERE series = NEW.series AND scope = NEW.scope AND last = NEW.place) THEN
        RAISE EXCEPTION 'series % %: place % is not where its counter stands', NEW.series, NEW.scope, NEW.place
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
