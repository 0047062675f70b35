-- Where a row stands in the order of sealing: the transaction that wrote it and the cluster whose transactions those are.
-- Column defaults, no row trigger: the cluster is looked up once in a session, and ledger_apply() refuses, once in a
-- statement, whatever says anything else. The index is a BRIN, which a payment does not feel.

CREATE FUNCTION ledger_find_era() RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    RETURN set_config('ledger.era', (SELECT system_identifier::text FROM pg_control_system()), false)::bigint;
END $$;

ALTER TABLE ledger_transfer ADD COLUMN era bigint, ADD COLUMN xid bigint;
ALTER TABLE ledger_transfer DISABLE TRIGGER ledger_transfer_keeps_rows;
UPDATE ledger_transfer SET era = (SELECT system_identifier FROM pg_control_system()), xid = pg_current_xact_id()::text::bigint;
ALTER TABLE ledger_transfer ENABLE TRIGGER ledger_transfer_keeps_rows;
ALTER TABLE ledger_transfer
    ALTER COLUMN era SET DEFAULT coalesce(nullif(current_setting('ledger.era', true), '')::bigint, ledger_find_era()),
    ALTER COLUMN xid SET DEFAULT pg_current_xact_id()::text::bigint,
    ALTER COLUMN era SET NOT NULL, ALTER COLUMN xid SET NOT NULL;
CREATE INDEX ledger_transfer_order ON ledger_transfer USING brin (era, xid) WITH (pages_per_range = 16, autosummarize = on);

CREATE FUNCTION ledger_refuse_forged_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM posted p WHERE p.xid IS DISTINCT FROM pg_current_xact_id()::text::bigint
                  OR p.era IS DISTINCT FROM (SELECT system_identifier FROM pg_control_system())) THEN
        RAISE EXCEPTION 'ledger: a row says when it was written by itself' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_transfer_is_in_order AFTER INSERT ON ledger_transfer
    REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_forged_order();

-- Blocks and days: only their witness may be written anew, under another key.
CREATE FUNCTION ledger_seal_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'witness' = to_jsonb(OLD) - 'witness' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'ledger: % on % is refused: seals are never changed', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER ledger_block_keep BEFORE UPDATE OR DELETE ON ledger_block FOR EACH ROW EXECUTE FUNCTION ledger_seal_keep();
CREATE TRIGGER ledger_block_all_kept BEFORE TRUNCATE ON ledger_block
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('seals are never removed');
CREATE TRIGGER ledger_day_root_keep BEFORE UPDATE OR DELETE ON ledger_day_root FOR EACH ROW EXECUTE FUNCTION ledger_seal_keep();
CREATE TRIGGER ledger_day_root_all_kept BEFORE TRUNCATE ON ledger_day_root
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('seals are never removed');
