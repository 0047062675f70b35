-- card_post_payout(batch, most): credits up to so many rows that are not credited yet; tells how many. The wallets of these rows
-- have their pending accounts. An entry for each, so that each can be taken back by its mirror.
CREATE OR REPLACE FUNCTION card_post_payout(batch bigint, most integer) RETURNS integer LANGUAGE plpgsql
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
