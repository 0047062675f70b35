-- A row leaves only with its whole block, after that was archived, and never before half a year has passed.
CREATE OR REPLACE FUNCTION kernel_refuse_unarchived() RETURNS trigger LANGUAGE plpgsql AS $$
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
