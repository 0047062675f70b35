-- Brings one card's line up to the card. The lock lasts until after the commit, so a version is seen only after every smaller one;
-- it is taken at the end of the transaction (the triggers are deferred), so that nobody waits for anything while holding it.
CREATE OR REPLACE FUNCTION card_revocation_note(wanted bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    line record;
    next_version bigint;
BEGIN
    SELECT c.uid, card_revocation_reason(c.state, c.valid_until) AS reason, r.reason AS listed, r.uid AS listed_uid
        INTO line FROM card_card c LEFT JOIN card_revocation r ON r.card_id = c.id WHERE c.id = wanted;
    IF NOT FOUND OR (line.reason IS NOT DISTINCT FROM line.listed AND coalesce(line.listed_uid, line.uid) = line.uid) THEN
        RETURN false;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('card_revocation'));
    next_version := nextval('card_revocation_version');
    INSERT INTO card_revocation AS r (card_id, uid, reason, version, changed_at)
        VALUES (wanted, line.uid, line.reason, next_version, clock_timestamp())
        ON CONFLICT (card_id) DO UPDATE
            SET uid = excluded.uid, reason = excluded.reason, version = excluded.version, changed_at = excluded.changed_at;
    INSERT INTO card_revocation_change (version, card_id, action, reason, at)
        VALUES (next_version, wanted, CASE WHEN line.reason IS NULL THEN 'remove' ELSE 'add' END,
                coalesce(line.reason, line.listed), clock_timestamp());
    PERFORM pg_notify('card_revocation', '');
    RETURN true;
END $$;
