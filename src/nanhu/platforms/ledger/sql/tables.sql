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
    era bigint NOT NULL,
    xid bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
    CONSTRAINT ledger_transfer_two_accounts CHECK (debit_account_id <> credit_account_id),
    CONSTRAINT ledger_transfer_reverses_another CHECK (reverses_entry_id <> entry_id),
    PRIMARY KEY (posted_at, id)
) PARTITION BY RANGE (posted_at);

ALTER SEQUENCE ledger_transfer_id_seq OWNED BY ledger_transfer.id;

CREATE INDEX ledger_transfer_debit ON ledger_transfer (debit_account_id, posted_at);

CREATE INDEX ledger_transfer_credit ON ledger_transfer (credit_account_id, posted_at);

CREATE INDEX ledger_transfer_entry ON ledger_transfer USING brin (entry_id) WITH (pages_per_range = 16);

CREATE TABLE ledger_transfer_default PARTITION OF ledger_transfer DEFAULT;

-- Balances move at every payment: room on the page keeps those updates off the indexes.
ALTER TABLE ledger_balance SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);

CREATE INDEX ledger_transfer_order ON ledger_transfer USING brin (era, xid) WITH (pages_per_range = 16, autosummarize = on);
