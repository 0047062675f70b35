-- meter: what it came to so far, in whole units; only ever grows, never above what is held. Gives whether there is such an open hold.
CREATE OR REPLACE FUNCTION card_meter(terminal bigint, hold_sequence bigint, so_far bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    UPDATE card_hold h SET metered_fen = least(greatest(h.metered_fen, so_far - so_far % card_unit_fen(terminal, h.begun_at)), h.amount_fen)
        FROM card_receipt r
        WHERE r.terminal_id = terminal AND r.sequence = hold_sequence AND h.receipt_id = r.id AND h.settled_at IS NULL
          AND EXISTS (SELECT FROM card_till p WHERE p.terminal_id = terminal AND p.is_on);
    RETURN FOUND;
END $$;
