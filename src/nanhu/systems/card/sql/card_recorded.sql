-- What a sequence was told, with what a hold and a release have beside; one of the services door was told nothing here.
CREATE OR REPLACE FUNCTION card_recorded(terminal bigint, asked bigint)
RETURNS TABLE (outcome text, receipt_id bigint, amount_fen bigint, balance_fen bigint, posted double precision, detail text,
               released_fen bigint, hold_until double precision) LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN r.kind = 'service' THEN 'sequence_reused' ELSE r.outcome END, r.id, CASE WHEN r.kind = 'release' AND r.outcome = 'posted' THEN done.price_fen ELSE r.amount_fen END,
           CASE WHEN card_is_untold(coalesce(done.receipt_id, r.reverses_id, r.id)) THEN NULL
                WHEN r.kind = 'release' AND r.outcome = 'posted' THEN r.balance_fen - done.price_fen ELSE r.balance_fen END,
           extract(epoch FROM r.posted_at)::double precision, r.detail,
           CASE WHEN r.kind = 'release' AND r.outcome = 'posted' THEN done.amount_fen - done.price_fen END,
           extract(epoch FROM open.ends_at)::double precision
    FROM card_receipt r
    LEFT JOIN card_hold open ON open.receipt_id = r.id
    LEFT JOIN card_hold done ON r.kind = 'release' AND done.release_receipt_id = r.id
    WHERE r.terminal_id = terminal AND r.sequence = asked
$$;
