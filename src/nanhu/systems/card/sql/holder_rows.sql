-- What a holder's page sums up comes from the index alone; only the rows that are shown are fetched. Each of a wallet's rows
-- lies on a page of its own among millions, so that three months read from a disk were three hundred pages and are now thirty.

DROP INDEX card_receipt_of_wallet;
CREATE INDEX card_receipt_of_wallet ON card_receipt (wallet_id, occurred_at DESC, id DESC)
    INCLUDE (kind, amount_fen, owed_fen, merchant_id) WHERE outcome = 'posted';

-- Rows are never updated: without this the pages would be marked as visible to all only after a fifth of the table is new.
ALTER TABLE card_receipt SET (autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 100000);
