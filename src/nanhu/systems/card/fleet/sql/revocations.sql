-- The revocation list (黑名单): which cards terminals must refuse by themselves, by versions that follow the order of commits.
-- Kept by triggers on the card alone, so that no service can forget it. card_revocation holds the latest change of each card, so
-- that any terminal, however long it was away, gets what changed since its version and nothing twice; card_revocation_change is the diary.

CREATE SEQUENCE card_revocation_version;

CREATE FUNCTION card_revocation_reason(state text, valid_until date) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN state <> 'issued' THEN state
                WHEN valid_until < (now() AT TIME ZONE 'Asia/Shanghai')::date THEN 'expired' END
$$;

-- Brings one card's line up to the card. The lock lasts until after the commit, so a version is seen only after every smaller one;
-- it is taken at the end of the transaction (the triggers are deferred), so that nobody waits for anything while holding it.
CREATE FUNCTION card_revocation_note(wanted bigint) RETURNS boolean LANGUAGE plpgsql AS $$
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

CREATE FUNCTION card_revocation_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM card_revocation_note(NEW.id);
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER card_revocation_of_new AFTER INSERT ON card_card DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.state <> 'issued' OR NEW.valid_until < CURRENT_DATE + 1) EXECUTE FUNCTION card_revocation_follow();
CREATE CONSTRAINT TRIGGER card_revocation_of_changed AFTER UPDATE ON card_card DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN ((OLD.state, OLD.valid_until, OLD.uid) IS DISTINCT FROM (NEW.state, NEW.valid_until, NEW.uid))
    EXECUTE FUNCTION card_revocation_follow();

-- What time alone changed: cards whose last day is over. Asked each night; returns how many.
CREATE FUNCTION card_revocation_sweep() RETURNS integer LANGUAGE sql AS $$
    WITH due AS MATERIALIZED (
        SELECT c.id FROM card_card c LEFT JOIN card_revocation r ON r.card_id = c.id
        WHERE card_revocation_reason(c.state, c.valid_until) IS DISTINCT FROM r.reason ORDER BY c.id FOR UPDATE OF c
    )
    SELECT count(*) FILTER (WHERE card_revocation_note(due.id))::integer FROM due
$$;

-- What a terminal that holds `since` lacks: the latest change of each card, oldest first, at most `most`. A version we never gave
-- (0, or of another life of this database) gets the whole list.
CREATE FUNCTION card_revocations(since bigint, most integer)
RETURNS TABLE (version bigint, is_full boolean, has_more boolean, changes text) LANGUAGE sql STABLE AS $$
    WITH head AS MATERIALIZED (
        SELECT coalesce(max(r.version), 0) AS version FROM card_revocation r
    ), start AS MATERIALIZED (
        SELECT CASE WHEN since BETWEEN 1 AND head.version THEN since ELSE 0 END AS version FROM head
    ), page AS MATERIALIZED (
        SELECT r.version, r.uid, r.reason, row_number() OVER (ORDER BY r.version) AS place
        FROM card_revocation r, start WHERE r.version > start.version AND (start.version > 0 OR r.reason IS NOT NULL)
        ORDER BY r.version LIMIT most + 1
    )
    SELECT CASE WHEN (SELECT count(*) FROM page) > most THEN (SELECT max(p.version) FROM page p WHERE p.place <= most)
                ELSE head.version END,
           start.version = 0 AND (head.version > 0 OR since > 0), (SELECT count(*) FROM page) > most,
           (SELECT coalesce(json_agg(json_build_object('card', p.uid, 'reason', p.reason) ORDER BY p.version), '[]')
            FROM page p WHERE p.place <= most)::text
    FROM head, start
$$;

-- What terminals said of themselves; `since` of a request is what it holds for sure.
CREATE FUNCTION card_terminal_reports(batch json) RETURNS void LANGUAGE sql AS $$
    INSERT INTO card_terminal_report AS t (terminal_id, list_version, list_at, software, stored_rows, stored_fen, card_fen, total_fen,
                                           reported_at)
    SELECT r.id, coalesce(r.list_version, 0), now(), coalesce(r.software, ''), coalesce(r.stored_rows, 0),
           coalesce(r.stored_fen, 0), r.card_fen, r.total_fen, now()
    FROM json_to_recordset(batch) AS r(id bigint, list_version bigint, software text, stored_rows integer, stored_fen bigint,
                                       card_fen bigint, total_fen bigint)
    ORDER BY r.id
    ON CONFLICT (terminal_id) DO UPDATE
        SET list_at = CASE WHEN t.list_version = excluded.list_version THEN t.list_at ELSE excluded.list_at END,
            list_version = excluded.list_version,
            software = CASE WHEN excluded.software = '' THEN t.software ELSE excluded.software END,
            stored_rows = excluded.stored_rows, stored_fen = excluded.stored_fen,
            card_fen = coalesce(excluded.card_fen, t.card_fen), total_fen = coalesce(excluded.total_fen, t.total_fen),
            reported_at = excluded.reported_at
$$;

CREATE TRIGGER card_revocation_change_keeps_rows BEFORE UPDATE OR DELETE ON card_revocation_change
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('the diary of the revocation list is never changed');
CREATE TRIGGER card_revocation_change_keeps_all BEFORE TRUNCATE ON card_revocation_change
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('the diary of the revocation list is never removed');

SELECT card_revocation_sweep();
