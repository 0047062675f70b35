CREATE OR REPLACE FUNCTION ledger_refuse_forged_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM posted p WHERE p.xid IS DISTINCT FROM pg_current_xact_id()::text::bigint
                  OR p.era IS DISTINCT FROM (SELECT system_identifier FROM pg_control_system())) THEN
        RAISE EXCEPTION 'ledger: a row says when it was written by itself' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
