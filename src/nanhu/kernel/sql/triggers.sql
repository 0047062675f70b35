CREATE TRIGGER kernel_audit_no_truncate BEFORE TRUNCATE ON kernel_audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION kernel_refuse_change();

CREATE TRIGGER kernel_audit_stamp BEFORE INSERT ON kernel_audit_entry
    FOR EACH ROW EXECUTE FUNCTION kernel_audit_stamp();

CREATE TRIGGER kernel_audit_append_only BEFORE UPDATE ON kernel_audit_entry
    FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();

CREATE TRIGGER kernel_audit_leaves_archived BEFORE DELETE ON kernel_audit_entry
    FOR EACH ROW EXECUTE FUNCTION kernel_refuse_unarchived();

CREATE TRIGGER kernel_audit_block_keep BEFORE UPDATE OR DELETE ON kernel_audit_block
    FOR EACH ROW EXECUTE FUNCTION kernel_audit_block_keep();

CREATE TRIGGER kernel_audit_block_no_truncate BEFORE TRUNCATE ON kernel_audit_block
    FOR EACH STATEMENT EXECUTE FUNCTION kernel_refuse_change();
CREATE TRIGGER kernel_outage_append_only BEFORE UPDATE OR DELETE ON kernel_outage
    FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();
