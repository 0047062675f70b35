CREATE OR REPLACE FUNCTION card_service_takes_its_sequence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO card_receipt (kind, outcome, terminal_id, sequence, fingerprint, detail, occurred_at)
        VALUES ('service', 'service', NEW.terminal_id, NEW.sequence, NEW.fingerprint, NEW.operation, NEW.answered_at);
    RETURN NULL;
END $$;
