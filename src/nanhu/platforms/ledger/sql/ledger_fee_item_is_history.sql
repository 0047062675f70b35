CREATE OR REPLACE FUNCTION ledger_fee_item_is_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.withdrawn_at IS NOT NULL OR NEW.withdrawn_at IS NULL
       OR to_jsonb(NEW) - 'withdrawn_at' - 'withdrawn_by_name' <> to_jsonb(OLD) - 'withdrawn_at' - 'withdrawn_by_name' THEN
        RAISE EXCEPTION 'fees are withdrawn and set anew, never removed or changed';
    END IF;
    RETURN NEW;
END $$;
