CREATE OR REPLACE FUNCTION kernel_audit_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.xid := pg_current_xact_id();
    NEW.era := (SELECT system_identifier FROM pg_control_system());
    RETURN NEW;
END $$;
