-- Blocks and days: only their witness may be written anew, under another key.
CREATE OR REPLACE FUNCTION ledger_seal_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'witness' = to_jsonb(OLD) - 'witness' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'ledger: % on % is refused: seals are never changed', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
