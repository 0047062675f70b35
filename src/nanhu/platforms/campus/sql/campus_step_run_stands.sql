CREATE OR REPLACE FUNCTION campus_step_run_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE check_violation USING MESSAGE = 'a step that was done is not done again', CONSTRAINT = 'campus_step_run_stands';
END $$;
