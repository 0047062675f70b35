-- What a sequence was told, with what a hold and a release have beside.
CREATE OR REPLACE FUNCTION card_told(terminal bigint, asked bigint)
RETURNS TABLE (outcome text, receipt_id bigint, amount_fen bigint, balance_fen bigint, posted double precision, detail text,
               released_fen bigint, hold_until double precision) LANGUAGE sql STABLE AS $$
    SELECT r.outcome, r.id, CASE WHEN r.kind = 'release' AND r.outcome = 'posted' THEN done.price_fen ELSE r.amount_fen END,
           CASE WHEN r.kind = 'release' AND r.outcome = 'posted' THEN r.balance_fen - done.price_fen ELSE r.balance_fen END,
           extract(epoch FROM r.posted_at)::double precision, r.detail,
           CASE WHEN r.kind = 'release' AND r.outcome = 'posted' THEN done.amount_fen - done.price_fen END,
           extract(epoch FROM open.ends_at)::double precision
    FROM card_receipt r
    LEFT JOIN card_hold open ON open.receipt_id = r.id
    LEFT JOIN card_hold done ON r.kind = 'release' AND done.release_receipt_id = r.id
    WHERE r.terminal_id = terminal AND r.sequence = asked
$$;

DROP TRIGGER card_device_request_takes_its_sequence ON card_device_request;
DROP FUNCTION card_device_request_takes_its_sequence();
ALTER TABLE card_receipt DROP CONSTRAINT card_receipt_service_moves_nothing;
ALTER TABLE card_receipt DISABLE TRIGGER card_receipt_keeps_rows;
DELETE FROM card_receipt WHERE kind = 'service';
ALTER TABLE card_receipt ENABLE TRIGGER card_receipt_keeps_rows;
ALTER TABLE card_receipt DROP CONSTRAINT card_receipt_kind_check;
ALTER TABLE card_receipt ADD CONSTRAINT card_receipt_kind_check CHECK (
    kind IN ('payment', 'stored', 'reversal', 'top_up', 'settle_owed', 'merge_out', 'merge_in', 'claim', 'deduction', 'fee', 'freeze',
             'hold', 'release', 'refund', 'withdrawal', 'correction_in', 'correction_out'));
