-- A task that was decided stays as it was decided; who it was may be re-keyed when two records turn out to be one person.
CREATE OR REPLACE FUNCTION flows_task_is_over() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.state, NEW.decision, NEW.comment, NEW.done_at, NEW.data) IS DISTINCT FROM
       (OLD.state, OLD.decision, OLD.comment, OLD.done_at, OLD.data) THEN
        RAISE EXCEPTION 'flows: task % was decided', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
