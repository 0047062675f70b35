-- Receipts of a day, for the close: a BRIN, which a payment does not feel.
CREATE INDEX card_receipt_posted ON card_receipt USING brin (posted_at) WITH (pages_per_range = 16, autosummarize = on);
