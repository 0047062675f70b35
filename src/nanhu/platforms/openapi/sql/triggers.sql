CREATE TRIGGER openapi_idempotency_record_keeps_rows BEFORE UPDATE OR DELETE ON openapi_idempotency_record
    FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();

CREATE TRIGGER openapi_idempotency_record_keeps_all BEFORE TRUNCATE ON openapi_idempotency_record
    FOR EACH STATEMENT EXECUTE FUNCTION kernel_refuse_change();

CREATE TRIGGER openapi_key_keeps BEFORE UPDATE ON openapi_key FOR EACH ROW EXECUTE FUNCTION openapi_key_keeps();

CREATE TRIGGER openapi_delivery_wakes AFTER INSERT ON openapi_delivery
    FOR EACH STATEMENT EXECUTE FUNCTION openapi_delivery_wakes();
