-- The ledger: one row moves one sum from one account to another, so the sum over all accounts is zero by construction.
-- Rows are only ever added; what was wrong is corrected by a row that moves the money back.

CREATE SEQUENCE ledger_transfer_id_seq;

CREATE TABLE ledger_transfer (
    id bigint NOT NULL DEFAULT nextval('ledger_transfer_id_seq'),
    entry_id bigint NOT NULL,
    posted_at timestamptz NOT NULL DEFAULT now(),
    occurred_at timestamptz NOT NULL,
    kind text NOT NULL CONSTRAINT ledger_transfer_kind CHECK (kind <> ''),
    debit_account_id bigint NOT NULL,
    credit_account_id bigint NOT NULL,
    amount_fen bigint NOT NULL CONSTRAINT ledger_transfer_amount CHECK (amount_fen > 0 AND amount_fen <= 1000000000000),
    reference text NOT NULL DEFAULT '',
    reverses_entry_id bigint,
    CONSTRAINT ledger_transfer_two_accounts CHECK (debit_account_id <> credit_account_id),
    CONSTRAINT ledger_transfer_reverses_another CHECK (reverses_entry_id <> entry_id),
    PRIMARY KEY (posted_at, id)
) PARTITION BY RANGE (posted_at);

ALTER SEQUENCE ledger_transfer_id_seq OWNED BY ledger_transfer.id;
CREATE INDEX ledger_transfer_debit ON ledger_transfer (debit_account_id, posted_at);
CREATE INDEX ledger_transfer_credit ON ledger_transfer (credit_account_id, posted_at);
CREATE INDEX ledger_transfer_entry ON ledger_transfer USING brin (entry_id) WITH (pages_per_range = 16);

CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'ledger: % on % is refused: %', TG_OP, TG_TABLE_NAME, TG_ARGV[0]
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

-- Row triggers are cloned to every partition, so that a partition cannot be written behind its parent's back.
CREATE TRIGGER ledger_transfer_keeps_rows BEFORE UPDATE OR DELETE ON ledger_transfer
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('rows are never changed, post a reversing entry');
CREATE TRIGGER ledger_transfer_keeps_all BEFORE TRUNCATE ON ledger_transfer
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('rows are never removed');

-- Balances of guarded accounts (wallets, receivables) follow every posting in the same statement.
-- Accounts are never deleted or renumbered, so this set-based look is as good as two foreign keys and costs no row lock
-- on a merchant's account. The plan is pinned: a plan made on an empty table would scan all accounts at every payment.
CREATE FUNCTION ledger_apply() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    IF EXISTS (SELECT FROM posted p
               LEFT JOIN ledger_account d ON d.id = p.debit_account_id
               LEFT JOIN ledger_account c ON c.id = p.credit_account_id
               WHERE d.id IS NULL OR c.id IS NULL) THEN
        RAISE EXCEPTION 'ledger: a transfer names an account that does not exist' USING ERRCODE = 'foreign_key_violation';
    END IF;
    -- In the order of accounts (a nested loop over a sorted list), so that two postings never wait for each other in a ring.
    UPDATE ledger_balance b
        SET balance_fen = b.balance_fen + b.sign * moved.fen, moved_at = now()
        FROM (SELECT account_id, sum(fen)::bigint AS fen
              FROM (SELECT credit_account_id AS account_id, amount_fen AS fen FROM posted
                    UNION ALL SELECT debit_account_id, -amount_fen FROM posted) AS leg
              GROUP BY account_id ORDER BY account_id) AS moved
        WHERE b.account_id = moved.account_id;
    RETURN NULL;
END $$;

CREATE TRIGGER ledger_transfer_applies AFTER INSERT ON ledger_transfer
    REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION ledger_apply();
