DROP TRIGGER kernel_audit_no_truncate ON kernel_audit_entry;
DROP TRIGGER kernel_audit_append_only ON kernel_audit_entry;
DROP FUNCTION kernel_refuse_change();
