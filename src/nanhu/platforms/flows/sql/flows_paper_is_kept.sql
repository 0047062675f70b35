-- What a paper said does not change between its entry and its check; then it is emptied, and rests.
CREATE OR REPLACE FUNCTION flows_paper_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.made_id IS NULL AND OLD.ended_at IS NULL
       AND (NEW.public_id, NEW.definition_id, NEW.version_id, NEW.outcome, NEW.decided_on, NEW.paper, NEW.reason)
         = (OLD.public_id, OLD.definition_id, OLD.version_id, OLD.outcome, OLD.decided_on, OLD.paper, OLD.reason)
       AND (NEW.data = OLD.data AND NEW.sealed IS NOT DISTINCT FROM OLD.sealed OR NEW.made_id IS NOT NULL OR NEW.ended_at IS NOT NULL) THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) - 'applicant_id' - 'decider_id' - 'entered_by_id') = (to_jsonb(OLD) - 'applicant_id' - 'decider_id' - 'entered_by_id') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'flows: paper % stays as it was entered', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
