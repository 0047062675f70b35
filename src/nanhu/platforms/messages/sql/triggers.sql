-- A read receipt is evidence: it is written once and stays as it was.
CREATE TRIGGER messages_receipt_append_only BEFORE UPDATE OR DELETE ON messages_receipt
    FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();

CREATE TRIGGER messages_notice_keep_published BEFORE UPDATE OR DELETE ON messages_notice
    FOR EACH ROW EXECUTE FUNCTION messages_keep_published();
