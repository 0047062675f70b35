-- The place in the order of sealing is given to everybody; the moment to every process: only the owner (an import, a restored
-- dump) may tell of another.
CREATE OR REPLACE FUNCTION kernel_audit_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.xid := pg_current_xact_id();
    NEW.era := (SELECT system_identifier FROM pg_control_system());
    IF NOT pg_has_role(current_user, (SELECT c.relowner FROM pg_class c WHERE c.oid = TG_RELID), 'USAGE') THEN
        NEW.at := clock_timestamp();
    END IF;
    RETURN NEW;
END $$;
