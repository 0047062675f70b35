-- Where a row stands in the order of sealing: the transaction that wrote it, and the cluster whose transactions those are
-- (numbers start anew when a dump is restored elsewhere). Given by the database, whatever the writer says.
ALTER TABLE kernel_audit_entry ADD COLUMN era bigint, ADD COLUMN xid xid8;
ALTER TABLE kernel_audit_entry DISABLE TRIGGER kernel_audit_append_only;
UPDATE kernel_audit_entry SET era = (SELECT system_identifier FROM pg_control_system()), xid = pg_current_xact_id();
ALTER TABLE kernel_audit_entry ENABLE TRIGGER kernel_audit_append_only;
ALTER TABLE kernel_audit_entry ALTER COLUMN era SET NOT NULL, ALTER COLUMN xid SET NOT NULL;
CREATE INDEX kernel_audit_order ON kernel_audit_entry (era, xid, id);

CREATE FUNCTION kernel_audit_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.xid := pg_current_xact_id();
    NEW.era := (SELECT system_identifier FROM pg_control_system());
    RETURN NEW;
END $$;
CREATE TRIGGER kernel_audit_stamp BEFORE INSERT ON kernel_audit_entry
    FOR EACH ROW EXECUTE FUNCTION kernel_audit_stamp();

-- A row leaves only with its whole block, after that was archived, and never before half a year has passed.
CREATE FUNCTION kernel_refuse_unarchived() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    block record;
BEGIN
    SELECT archived_at, last_at INTO block FROM kernel_audit_block b
     WHERE b.era = OLD.era AND (b.until_xid, b.until_id) >= (OLD.xid::text::bigint, OLD.id)
     ORDER BY b.until_xid, b.until_id LIMIT 1;
    IF block.archived_at IS NULL OR block.last_at > now() - interval '180 days' THEN
        RAISE EXCEPTION 'table % is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$;
DROP TRIGGER kernel_audit_append_only ON kernel_audit_entry;
CREATE TRIGGER kernel_audit_append_only BEFORE UPDATE ON kernel_audit_entry
    FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();
CREATE TRIGGER kernel_audit_leaves_archived BEFORE DELETE ON kernel_audit_entry
    FOR EACH ROW EXECUTE FUNCTION kernel_refuse_unarchived();

-- A block may be witnessed under a new key, archived and emptied; what it seals never changes.
CREATE FUNCTION kernel_audit_block_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE'
       AND to_jsonb(NEW) - ARRAY['witness', 'archived_at', 'archive', 'removed_at']
         = to_jsonb(OLD) - ARRAY['witness', 'archived_at', 'archive', 'removed_at'] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'table % is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER kernel_audit_block_keep BEFORE UPDATE OR DELETE ON kernel_audit_block
    FOR EACH ROW EXECUTE FUNCTION kernel_audit_block_keep();
CREATE TRIGGER kernel_audit_block_no_truncate BEFORE TRUNCATE ON kernel_audit_block
    FOR EACH STATEMENT EXECUTE FUNCTION kernel_refuse_change();
