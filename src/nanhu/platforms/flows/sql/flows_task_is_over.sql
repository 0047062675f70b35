-- A task that was decided stays as it was decided; who it was may be re-keyed when two records turn out to be one person. What was said
-- goes with what was said in its case, when that is kept no longer.
CREATE OR REPLACE FUNCTION flows_task_is_over() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.state, NEW.decision, NEW.done_at) IS NOT DISTINCT FROM (OLD.state, OLD.decision, OLD.done_at)
       AND ((NEW.comment, NEW.data) IS NOT DISTINCT FROM (OLD.comment, OLD.data)
            OR (NEW.comment = '' AND NEW.data = '{}'::jsonb
                AND EXISTS (SELECT FROM flows_case c WHERE c.id = OLD.case_id AND c.forgotten_at IS NOT NULL))) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'flows: task % was decided', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
