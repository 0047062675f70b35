-- What two brought in, two others' hands take back: one who asked, and one who neither asked, handed it in nor approved it.
CREATE OR REPLACE FUNCTION assets_undone_by_a_third() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM assets_rollback r WHERE r.batch_id = NEW.id AND r.state = 'done' AND r.approver_id NOT IN (NEW.author_id, NEW.approver_id)) THEN
        RAISE EXCEPTION 'assets: an import is rolled back by two' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
