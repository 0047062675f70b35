CREATE FUNCTION kernel_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'table % is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER kernel_audit_append_only BEFORE UPDATE OR DELETE ON kernel_audit_entry
    FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();
CREATE TRIGGER kernel_audit_no_truncate BEFORE TRUNCATE ON kernel_audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION kernel_refuse_change();
