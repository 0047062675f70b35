DROP TRIGGER messages_notice_keep_published ON messages_notice;
DROP FUNCTION messages_keep_published();
DROP TRIGGER messages_receipt_append_only ON messages_receipt;
