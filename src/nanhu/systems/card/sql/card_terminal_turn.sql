-- card_terminal_turn(terminals, forgiven) locks what these terminals did of late and sets back what belongs to a minute or a day that is
-- over. Guesses (unknown cards, wrong codes and PINs) are forgiven `forgiven` a minute: a thousand in one upload close the door for as
-- long as a thousand take. The caller holds all balances that it needs.

CREATE OR REPLACE FUNCTION card_terminal_turn(terminals bigint[], forgiven integer) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    known integer;
    some_are_over boolean;
BEGIN
    SELECT count(*), bool_or(old.minute_begun <= now() - interval '1 minute' OR old.day <> card_day(now())) INTO known, some_are_over
        FROM (SELECT a.minute_begun, a.day FROM card_terminal_activity a
              WHERE a.terminal_id = ANY(terminals) ORDER BY a.terminal_id FOR UPDATE) AS old;
    IF known < cardinality(terminals) THEN
        INSERT INTO card_terminal_activity (terminal_id) SELECT DISTINCT t FROM unnest(terminals) AS t ORDER BY t ON CONFLICT DO NOTHING;
        PERFORM FROM card_terminal_activity a WHERE a.terminal_id = ANY(terminals) ORDER BY a.terminal_id FOR UPDATE;
    ELSIF NOT some_are_over THEN
        RETURN;
    END IF;
    UPDATE card_terminal_activity a
        SET misses = card_misses_left(a.misses, a.minute_begun, forgiven),
            minute_begun = CASE WHEN is_over THEN now() ELSE a.minute_begun END,
            minute_payments = CASE WHEN is_over THEN 0 ELSE a.minute_payments END,
            minute_fen = CASE WHEN is_over THEN 0 ELSE a.minute_fen END,
            minute_told = CASE WHEN is_over THEN 0 ELSE a.minute_told END,
            day = card_day(now()),
            day_fen = CASE WHEN a.day = card_day(now()) THEN a.day_fen ELSE 0 END,
            day_refund_fen = CASE WHEN a.day = card_day(now()) THEN a.day_refund_fen ELSE 0 END,
            day_told = CASE WHEN a.day = card_day(now()) THEN a.day_told ELSE 0 END,
            day_free = CASE WHEN a.day = card_day(now()) THEN a.day_free ELSE 0 END,
            day_names = CASE WHEN a.day = card_day(now()) THEN a.day_names ELSE 0 END,
            day_claims = CASE WHEN a.day = card_day(now()) THEN a.day_claims ELSE 0 END,
            day_losses = CASE WHEN a.day = card_day(now()) THEN a.day_losses ELSE 0 END
        FROM (SELECT o.terminal_id AS id, o.minute_begun <= now() - interval '1 minute' AS is_over
              FROM card_terminal_activity o WHERE o.terminal_id = ANY(terminals)) AS old
        WHERE a.terminal_id = old.id AND (old.is_over OR a.day <> card_day(now()));
END $$;
