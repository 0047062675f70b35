-- One try of a PIN, counted. The caller holds the wallet's balance row. After the last wrong try it is locked for a while,
-- then counting starts anew. A right one while it is locked counts for nothing and tells nothing. STRICT: no verdict, no try.
CREATE OR REPLACE FUNCTION card_pin_tried(wallet bigint, wanted text, is_right boolean, most integer, lock_seconds integer)
RETURNS TABLE (outcome text, tries_left integer) LANGUAGE plpgsql STRICT AS $$
DECLARE
    known card_pin;
    tried integer;
BEGIN
    SELECT * INTO known FROM card_pin k WHERE k.wallet_id = wallet AND k.kind = wanted;
    IF known.locked_until > now() THEN
        RETURN QUERY SELECT 'pin_locked', 0;
        RETURN;
    END IF;
    tried := CASE WHEN is_right THEN 0 WHEN known.locked_until IS NOT NULL THEN 1 ELSE coalesce(known.wrong_tries, 0) + 1 END;
    IF tried <> coalesce(known.wrong_tries, 0) OR known.locked_until IS NOT NULL THEN
        INSERT INTO card_pin (wallet_id, kind, wrong_tries, locked_until)
            VALUES (wallet, wanted, tried, CASE WHEN tried >= most THEN now() + make_interval(secs => lock_seconds) END)
            ON CONFLICT ON CONSTRAINT card_pin_once
            DO UPDATE SET wrong_tries = excluded.wrong_tries, locked_until = excluded.locked_until;
    END IF;
    RETURN QUERY SELECT CASE WHEN is_right THEN 'ok' WHEN tried >= most THEN 'pin_locked' ELSE 'pin_wrong' END, greatest(most - tried, 0);
END $$;
