-- Where a row stands in the order of sealing: the transaction that wrote it and the cluster whose transactions those are.
-- Column defaults, no row trigger: the cluster is looked up once in a session, and ledger_apply() refuses, once in a
-- statement, whatever says anything else. The index is a BRIN, which a payment does not feel.

CREATE OR REPLACE FUNCTION ledger_find_era() RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    RETURN set_config('ledger.era', (SELECT system_identifier::text FROM pg_control_system()), false)::bigint;
END $$;
