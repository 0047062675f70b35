-- When the transaction ends, a case that runs stands somewhere, and one that does not run stands nowhere: no token is lost or left over.
-- On flows_case and on flows_token; the first argument is the column that names the case.
CREATE OR REPLACE FUNCTION flows_case_is_whole() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched jsonb := to_jsonb(CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END);
    the_case bigint := (touched ->> TG_ARGV[0])::bigint;
    stands text;
    tokens bigint;
BEGIN
    SELECT c.state INTO stands FROM flows_case c WHERE c.id = the_case;
    SELECT count(*) INTO tokens FROM flows_token t WHERE t.case_id = the_case;
    IF stands = 'running' AND tokens = 0 OR stands <> 'running' AND tokens > 0 THEN
        RAISE EXCEPTION 'flows: case % is % with % tokens', the_case, stands, tokens
            USING ERRCODE = 'check_violation', CONSTRAINT = 'flows_case_is_whole';
    END IF;
    RETURN NULL;
END $$;
