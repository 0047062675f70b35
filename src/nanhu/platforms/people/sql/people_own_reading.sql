-- A name is read as its bearer says, whoever writes it anew: an import, a merge's parting, a rebuild. With another name his word is over.
CREATE OR REPLACE FUNCTION people_own_reading() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE own record;
BEGIN
    SELECT value, initials INTO own FROM people_own_value
        WHERE person_id = NEW.id AND field = 'pinyin' AND ended_at IS NULL AND of_name = NEW.name;
    IF FOUND THEN
        NEW.pinyin := own.value;
        NEW.initials := own.initials;
    END IF;
    RETURN NEW;
END $$;
