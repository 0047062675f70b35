-- A line of a timeline never changes; its words alone go with what was said in its case, when that is kept no longer.
CREATE OR REPLACE FUNCTION flows_entry_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.words = '' AND (NEW.id, NEW.case_id, NEW.at, NEW.actor, NEW.verb, NEW.step) = (OLD.id, OLD.case_id, OLD.at, OLD.actor, OLD.verb, OLD.step)
       AND NEW.person_id IS NOT DISTINCT FROM OLD.person_id
       AND EXISTS (SELECT FROM flows_case c WHERE c.id = OLD.case_id AND c.forgotten_at IS NOT NULL) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'flows: % is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
