-- Whoever named the office whose word lets a file pass, or agreed to that, is not the steward who lets it pass.
CREATE OR REPLACE FUNCTION datahub_release_is_of_others() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM datahub_source_owner o JOIN datahub_batch b ON b.source = o.source
               WHERE b.id = NEW.batch_id AND NEW.approver_id IN (o.changed_by_id, o.agreed_by_id)) THEN
        RAISE EXCEPTION 'release % is agreed to by who named its owner', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
