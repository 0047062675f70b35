DROP TRIGGER kernel_audit_block_no_truncate ON kernel_audit_block;
DROP TRIGGER kernel_audit_block_keep ON kernel_audit_block;
DROP FUNCTION kernel_audit_block_keep();
DROP TRIGGER kernel_audit_leaves_archived ON kernel_audit_entry;
DROP TRIGGER kernel_audit_append_only ON kernel_audit_entry;
CREATE TRIGGER kernel_audit_append_only BEFORE UPDATE OR DELETE ON kernel_audit_entry
    FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();
DROP FUNCTION kernel_refuse_unarchived();
DROP TRIGGER kernel_audit_stamp ON kernel_audit_entry;
DROP FUNCTION kernel_audit_stamp();
DROP INDEX kernel_audit_order;
ALTER TABLE kernel_audit_entry DROP COLUMN era, DROP COLUMN xid;
