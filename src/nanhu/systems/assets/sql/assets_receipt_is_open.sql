CREATE OR REPLACE FUNCTION assets_receipt_is_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM assets_receipt r WHERE r.id = NEW.receipt_id
                AND (r.state <> 'waiting' OR r.first_signed_at IS NOT NULL OR r.second_signed_at IS NOT NULL)) THEN
        RAISE EXCEPTION 'assets: a line after a signature' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
