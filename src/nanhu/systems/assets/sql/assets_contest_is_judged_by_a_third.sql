-- A contested number is judged by nobody who handed in a file of it, opened a receipt by it, or bought or inspected what came by one (of
-- which somebody signed: to be named alone keeps nobody from it).
CREATE OR REPLACE FUNCTION assets_contest_is_judged_by_a_third() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM assets_invoice_file f JOIN assets_invoice i ON i.id = f.invoice_id
                WHERE i.number = NEW.number AND f.author_id = NEW.approver_id)
        OR EXISTS (SELECT FROM assets_receipt r WHERE r.invoice = NEW.number AND (r.author_id = NEW.approver_id
                OR (r.first_signed_at IS NOT NULL OR r.second_signed_at IS NOT NULL)
                    AND identity_person_of(NEW.approver_id) IN (r.buyer_id, r.first_inspector_id, r.second_inspector_id))) THEN
        RAISE EXCEPTION 'assets: a contest is judged by a third person' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
