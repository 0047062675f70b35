-- planned → open → closed → archived, and nothing else; what is over keeps its days.
CREATE OR REPLACE FUNCTION campus_term_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'planned' THEN
            RAISE check_violation USING MESSAGE = 'a term begins as planned', CONSTRAINT = 'campus_term_moves';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (('planned', 'open'), ('open', 'closed'), ('closed', 'archived')) THEN
        RAISE check_violation USING MESSAGE = format('a term goes from %s not to %s', OLD.state, NEW.state), CONSTRAINT = 'campus_term_moves';
    END IF;
    IF OLD.state IN ('closed', 'archived') AND (NEW.year, NEW.season, NEW.first_monday, NEW.teaching_weeks, NEW.exam_weeks)
        IS DISTINCT FROM (OLD.year, OLD.season, OLD.first_monday, OLD.teaching_weeks, OLD.exam_weeks) THEN
        RAISE check_violation USING MESSAGE = 'a term that is over keeps its days', CONSTRAINT = 'campus_term_moves';
    END IF;
    NEW.version := OLD.version + 1;
    NEW.changed_at := statement_timestamp();
    RETURN NEW;
END $$;
