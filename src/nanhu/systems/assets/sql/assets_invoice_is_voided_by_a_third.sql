-- What stands is void, and what is claimed stands, once a contest was decided so.
CREATE OR REPLACE FUNCTION assets_invoice_is_voided_by_a_third() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM assets_contest c WHERE c.state = 'done' AND CASE NEW.state WHEN 'void' THEN c.against_id ELSE c.claimed_id END = NEW.id) THEN
        RAISE EXCEPTION 'assets: an invoice is void, or stands instead, by what a third person judged' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
