CREATE TRIGGER datahub_shared_row_fits AFTER INSERT ON datahub_shared_row
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION datahub_shared_row_fits();

CREATE TRIGGER datahub_shared_row_is_kept BEFORE UPDATE OR DELETE ON datahub_shared_row
    FOR EACH ROW EXECUTE FUNCTION datahub_shared_row_is_history();

CREATE TRIGGER datahub_shared_row_keeps_all BEFORE TRUNCATE ON datahub_shared_row
    FOR EACH STATEMENT EXECUTE FUNCTION datahub_shared_row_is_history();

CREATE TRIGGER datahub_batch_begins_its_day AFTER INSERT ON datahub_batch
    FOR EACH ROW WHEN (NEW.state = 'applied') EXECUTE FUNCTION datahub_batch_counts_its_day();

CREATE TRIGGER datahub_batch_ends_its_day AFTER DELETE ON datahub_batch
    FOR EACH ROW WHEN (OLD.state = 'applied') EXECUTE FUNCTION datahub_batch_counts_its_day();

CREATE TRIGGER datahub_batch_counts_its_day AFTER UPDATE OF state, counts, created_at ON datahub_batch
    FOR EACH ROW WHEN ((OLD.state, OLD.counts, OLD.created_at) IS DISTINCT FROM (NEW.state, NEW.counts, NEW.created_at))
    EXECUTE FUNCTION datahub_batch_counts_its_day();
