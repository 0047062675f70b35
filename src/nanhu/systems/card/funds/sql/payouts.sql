-- Batches keep what was approved, and are posted piece by piece, each row once.

CREATE TRIGGER card_payout_batch_is_kept BEFORE DELETE ON card_payout_batch
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('batches are never removed');
CREATE TRIGGER card_payout_batch_keeps_what_was_made BEFORE UPDATE ON card_payout_batch
    FOR EACH ROW WHEN (
        (OLD.token, OLD.source, OLD.title, OLD.funding_id, OLD.row_count, OLD.sum_fen, OLD.expires_on, OLD.file_digest, OLD.author_id)
            IS DISTINCT FROM
        (NEW.token, NEW.source, NEW.title, NEW.funding_id, NEW.row_count, NEW.sum_fen, NEW.expires_on, NEW.file_digest, NEW.author_id)
        OR (OLD.approver_id IS NOT NULL AND OLD.approver_id IS DISTINCT FROM NEW.approver_id)
        OR (OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (
            ('checked', 'submitted'), ('checked', 'discarded'), ('submitted', 'discarded'), ('submitted', 'posting'),
            ('submitted', 'refused'), ('posting', 'posted'))))
    EXECUTE FUNCTION ledger_refuse('a batch is approved as it was made');
CREATE TRIGGER card_payout_row_is_kept BEFORE DELETE ON card_payout_row
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('rows of batches are never removed');
CREATE TRIGGER card_payout_row_is_posted_once BEFORE UPDATE ON card_payout_row
    FOR EACH ROW WHEN ((OLD.batch_id, OLD.wallet_id, OLD.amount_fen) IS DISTINCT FROM (NEW.batch_id, NEW.wallet_id, NEW.amount_fen)
                       OR OLD.claimable_id IS NOT NULL)
    EXECUTE FUNCTION ledger_refuse('a row is posted once, as it was approved');

-- card_post_payout(batch, most): credits up to so many rows that are not credited yet; tells how many. The wallets of these rows
-- have their pending accounts. An entry for each, so that each can be taken back by its mirror.
CREATE FUNCTION card_post_payout(batch bigint, most integer) RETURNS integer LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    posted integer;
BEGIN
    PERFORM FROM card_payout_batch b WHERE b.id = batch AND b.state = 'posting' FOR UPDATE;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;
    WITH chosen AS MATERIALIZED (
        SELECT r.id FROM card_payout_row r WHERE r.batch_id = batch AND r.claimable_id IS NULL ORDER BY r.id LIMIT most
    ), row AS MATERIALIZED (
        SELECT r.id, r.wallet_id, r.amount_fen, p.account_id AS pending_id, f.account_id AS funding_id, b.source, b.title,
               'payout:' || b.public_id || ':' || r.id AS key, nextval('ledger_transfer_id_seq') AS entry_id,
               ((b.expires_on + 1)::timestamp AT TIME ZONE 'Asia/Shanghai') AS expires_at
        FROM chosen JOIN card_payout_row r ON r.id = chosen.id
        JOIN card_payout_batch b ON b.id = r.batch_id
        JOIN card_funding f ON f.id = b.funding_id
        JOIN card_pending p ON p.wallet_id = r.wallet_id
    ), keys AS (
        INSERT INTO ledger_entry_key (key, entry_id, fingerprint, created_at)
        SELECT 'card.credit:' || row.key, row.entry_id, sha256(row.key::bytea), now() FROM row
    ), moved AS (
        INSERT INTO ledger_transfer (id, entry_id, occurred_at, kind, debit_account_id, credit_account_id, amount_fen, reference)
        SELECT row.entry_id, row.entry_id, now(), 'card.credit', row.funding_id, row.pending_id, row.amount_fen, row.title FROM row
    ), made AS (
        INSERT INTO card_claimable (public_id, key, wallet_id, source, amount_fen, set_off_fen, state, available_at, expires_at,
                                    from_account_id, entry_id, reference, created_at)
        SELECT gen_random_uuid(), row.key, row.wallet_id, row.source, row.amount_fen, 0, 'waiting', now(), row.expires_at,
               row.funding_id, row.entry_id, row.title, now() FROM row
        RETURNING id, entry_id
    )
    UPDATE card_payout_row r SET claimable_id = made.id
        FROM row JOIN made ON made.entry_id = row.entry_id WHERE r.id = row.id;
    GET DIAGNOSTICS posted = ROW_COUNT;
    RETURN posted;
END $$;
