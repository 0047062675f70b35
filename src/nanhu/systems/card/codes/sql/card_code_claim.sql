-- A code counts once, whichever of its two parts came first: what paid opens nothing, what opened a door cannot be spent.
-- 'ok', or why not. The same terminal asking again under the same sequence is the same deed, also when the minute is over or the
-- phone was switched off meanwhile; the row lock lets a switching off and a use happen one after the other.
CREATE OR REPLACE FUNCTION card_code_claim(device bigint, kind text, step bigint, nonce text, terminal bigint, sequence bigint, in_time boolean)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    ended timestamptz;
    used record;
BEGIN
    SELECT d.ended_at INTO ended FROM card_code_device d WHERE d.id = device FOR SHARE;
    SELECT u.kind, u.terminal_id, u.sequence INTO used FROM card_code_use u
        WHERE (u.device_id, u.step, u.nonce) = (device, card_code_claim.step, card_code_claim.nonce);
    IF FOUND THEN
        RETURN CASE WHEN (used.kind, used.terminal_id, used.sequence) = (card_code_claim.kind, terminal, card_code_claim.sequence) THEN 'ok' ELSE 'code_used' END;
    ELSIF ended IS NOT NULL THEN
        RETURN 'code_revoked';
    ELSIF NOT in_time THEN
        RETURN 'code_expired';
    END IF;
    INSERT INTO card_code_use (device_id, kind, step, nonce, terminal_id, sequence, at)
        VALUES (device, card_code_claim.kind, card_code_claim.step, card_code_claim.nonce, terminal, card_code_claim.sequence, now())
        ON CONFLICT DO NOTHING;
    RETURN CASE WHEN FOUND THEN 'ok' ELSE 'code_used' END;
END $$;
