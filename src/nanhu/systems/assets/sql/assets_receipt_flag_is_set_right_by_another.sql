-- How a receipt was set right is said by nobody who opened it.
CREATE OR REPLACE FUNCTION assets_receipt_flag_is_set_right_by_another() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM assets_receipt r WHERE r.id = NEW.receipt_id AND r.author_id = NEW.corrected_by_id) THEN
        RAISE EXCEPTION 'assets: a receipt is set right by another than who opened it' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
