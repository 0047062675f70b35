CREATE TRIGGER datahub_shared_row_fits AFTER INSERT ON datahub_shared_row
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION datahub_shared_row_fits();

CREATE TRIGGER datahub_shared_row_is_kept BEFORE UPDATE OR DELETE ON datahub_shared_row
    FOR EACH ROW EXECUTE FUNCTION datahub_shared_row_is_history();

CREATE TRIGGER datahub_shared_row_keeps_all BEFORE TRUNCATE ON datahub_shared_row
    FOR EACH STATEMENT EXECUTE FUNCTION datahub_shared_row_is_history();
