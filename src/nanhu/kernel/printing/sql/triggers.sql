-- What left the house stays as it was; it is revoked once. A template that was in force stays to be read.

CREATE TRIGGER kernel_printed_document_is_kept BEFORE DELETE ON kernel_printed_document
    FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();

CREATE TRIGGER kernel_printed_document_is_revoked_once BEFORE UPDATE ON kernel_printed_document
    FOR EACH ROW WHEN (
        (OLD.public_id, OLD.paper, OLD.number, OLD.code, OLD.issuer, OLD.holder_id, OLD.holder_masked, OLD.issued_at, OLD.issued_by_name,
            OLD.template_id, OLD.file_id)
            IS DISTINCT FROM
        (NEW.public_id, NEW.paper, NEW.number, NEW.code, NEW.issuer, NEW.holder_id, NEW.holder_masked, NEW.issued_at, NEW.issued_by_name,
            NEW.template_id, NEW.file_id)
        OR OLD.revoked_at IS NOT NULL)
    EXECUTE FUNCTION kernel_refuse_change();

CREATE TRIGGER kernel_print_template_is_kept BEFORE DELETE ON kernel_print_template
    FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();

CREATE TRIGGER kernel_print_template_is_withdrawn_once BEFORE UPDATE ON kernel_print_template
    FOR EACH ROW WHEN (
        (OLD.public_id, OLD.paper, OLD.text, OLD.starts_on, OLD.reason, OLD.created_at, OLD.created_by_name)
            IS DISTINCT FROM
        (NEW.public_id, NEW.paper, NEW.text, NEW.starts_on, NEW.reason, NEW.created_at, NEW.created_by_name)
        OR OLD.withdrawn_at IS NOT NULL)
    EXECUTE FUNCTION kernel_refuse_change();
