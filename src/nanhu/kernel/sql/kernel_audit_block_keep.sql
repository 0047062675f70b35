-- A block may be witnessed under a new key, archived and emptied; what it seals never changes.
CREATE OR REPLACE FUNCTION kernel_audit_block_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE'
       AND to_jsonb(NEW) - ARRAY['witness', 'archived_at', 'archive', 'removed_at']
         = to_jsonb(OLD) - ARRAY['witness', 'archived_at', 'archive', 'removed_at'] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'table % is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
