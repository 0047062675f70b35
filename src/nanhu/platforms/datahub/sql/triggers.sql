CREATE TRIGGER datahub_shared_row_fits AFTER INSERT ON datahub_shared_row
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION datahub_shared_row_fits();

-- A row ends once. Otherwise only its sealed part is written anew, under another key of the keyring; what its table forgets lets the function
-- pass. Told by a condition, which costs a
-- tenth of calling the function for each row of thousands.
CREATE TRIGGER datahub_shared_row_is_kept BEFORE UPDATE ON datahub_shared_row
    FOR EACH ROW WHEN (((OLD.valid_to IS NULL OR OLD.valid_to = NEW.valid_to)
        AND ROW(OLD.id, OLD.table_key, OLD.key, OLD.data, OLD.is_removed, OLD.landing_id, OLD.batch_id, OLD.actor, OLD.valid_from, OLD.forgotten_at)
            IS NOT DISTINCT FROM ROW(NEW.id, NEW.table_key, NEW.key, NEW.data, NEW.is_removed, NEW.landing_id, NEW.batch_id, NEW.actor, NEW.valid_from, NEW.forgotten_at)
        AND (OLD.sealed IS NULL) = (NEW.sealed IS NULL)) IS NOT TRUE)
    EXECUTE FUNCTION datahub_shared_row_is_history();

CREATE TRIGGER datahub_shared_row_is_never_deleted BEFORE DELETE ON datahub_shared_row
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

CREATE TRIGGER datahub_release_is_of_others AFTER INSERT OR UPDATE OF state, approver_id ON datahub_release
    FOR EACH ROW WHEN (NEW.state = 'agreed') EXECUTE FUNCTION datahub_release_is_of_others();
