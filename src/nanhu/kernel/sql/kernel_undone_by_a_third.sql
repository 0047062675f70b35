-- What two brought in, two others' hands take back: one who asked, and one who neither asked, handed it in nor agreed to it. Its argument
-- is the table of the list's roll-backs.
CREATE OR REPLACE FUNCTION kernel_undone_by_a_third() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    is_agreed boolean;
BEGIN
    EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE batch_id = $1 AND state = ''done'' AND approver_id NOT IN ($2, $3))', TG_ARGV[0])
        INTO is_agreed USING NEW.id, NEW.author_id, NEW.approver_id;
    IF NOT is_agreed THEN
        RAISE EXCEPTION 'table %: a list is rolled back by two', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
