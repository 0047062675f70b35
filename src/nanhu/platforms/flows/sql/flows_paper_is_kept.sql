-- What a paper said does not change between its entry and its check; then the form is emptied, or all of it where it was not agreed to. The
-- paper's own words rest until what was said in its case is taken away. Persons may be re-keyed when two records turn out to be one.
CREATE OR REPLACE FUNCTION flows_paper_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    persons text[] := ARRAY['applicant_id', 'decider_id', 'entered_by_id'];
    words text[] := ARRAY['paper', 'paper_key', 'reason', 'photos'];
    changes text[] := persons;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.made_id IS NULL AND OLD.ended_at IS NULL THEN
            IF NEW.made_id IS NOT NULL THEN
                changes := persons || ARRAY['made_id', 'data', 'sealed'];
            ELSIF NEW.ended_at IS NOT NULL THEN
                changes := persons || words || ARRAY['ended_at', 'data', 'sealed'];
            END IF;
        ELSIF NEW.paper = '' AND EXISTS (SELECT FROM flows_case c WHERE c.id = OLD.made_id AND c.forgotten_at IS NOT NULL) THEN
            changes := persons || words;
        END IF;
        IF to_jsonb(NEW) - changes = to_jsonb(OLD) - changes THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'flows: paper % stays as it was entered', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
