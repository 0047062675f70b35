CREATE OR REPLACE FUNCTION parties_quota_list_row_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (to_jsonb(OLD) - 'is_taken') IS DISTINCT FROM (to_jsonb(NEW) - 'is_taken') THEN
        RAISE EXCEPTION 'a line of quotas stays as it was checked and agreed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
