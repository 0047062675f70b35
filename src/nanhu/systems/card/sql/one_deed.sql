-- A sequence belongs to one deed of one terminal, at the gateway or at the services door. What was answered at the services door
-- takes its sequence here too, by a receipt that says so and moves nothing: the unique index keeps the two doors apart, also when
-- both are asked at once, and a payment looks no further than before.

ALTER TABLE card_receipt DROP CONSTRAINT card_receipt_kind_check;
ALTER TABLE card_receipt ADD CONSTRAINT card_receipt_kind_check CHECK (
    kind IN ('payment', 'stored', 'reversal', 'top_up', 'settle_owed', 'merge_out', 'merge_in', 'claim', 'deduction', 'fee', 'freeze',
             'hold', 'release', 'refund', 'withdrawal', 'correction_in', 'correction_out', 'service'));
ALTER TABLE card_receipt ADD CONSTRAINT card_receipt_service_moves_nothing CHECK (
    (kind = 'service') = (outcome = 'service') AND (kind <> 'service' OR sequence IS NOT NULL));

CREATE FUNCTION card_device_request_takes_its_sequence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO card_receipt (kind, outcome, terminal_id, sequence, fingerprint, detail, occurred_at)
        VALUES ('service', 'service', NEW.terminal_id, NEW.sequence, NEW.fingerprint, NEW.operation, NEW.answered_at);
    RETURN NULL;
END $$;
CREATE TRIGGER card_device_request_takes_its_sequence AFTER INSERT ON card_device_request
    FOR EACH ROW EXECUTE FUNCTION card_device_request_takes_its_sequence();

INSERT INTO card_receipt (kind, outcome, terminal_id, sequence, fingerprint, detail, occurred_at)
    SELECT 'service', 'service', d.terminal_id, d.sequence, d.fingerprint, d.operation, d.answered_at FROM card_device_request d
    ORDER BY d.id ON CONFLICT DO NOTHING;

-- What a sequence was told, with what a hold and a release have beside; one of the services door was told nothing here.
CREATE OR REPLACE FUNCTION card_told(terminal bigint, asked bigint)
RETURNS TABLE (outcome text, receipt_id bigint, amount_fen bigint, balance_fen bigint, posted double precision, detail text,
               released_fen bigint, hold_until double precision) LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN r.kind = 'service' THEN 'sequence_reused' ELSE r.outcome END, r.id, CASE WHEN r.kind = 'release' AND r.outcome = 'posted' THEN done.price_fen ELSE r.amount_fen END,
           CASE WHEN r.kind = 'release' AND r.outcome = 'posted' THEN r.balance_fen - done.price_fen ELSE r.balance_fen END,
           extract(epoch FROM r.posted_at)::double precision, r.detail,
           CASE WHEN r.kind = 'release' AND r.outcome = 'posted' THEN done.amount_fen - done.price_fen END,
           extract(epoch FROM open.ends_at)::double precision
    FROM card_receipt r
    LEFT JOIN card_hold open ON open.receipt_id = r.id
    LEFT JOIN card_hold done ON r.kind = 'release' AND done.release_receipt_id = r.id
    WHERE r.terminal_id = terminal AND r.sequence = asked
$$;
