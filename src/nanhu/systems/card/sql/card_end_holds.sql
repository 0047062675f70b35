-- Holds whose terminal fell silent end by themselves: at what was last metered or in full, by the price rule of the terminal. Those of a
-- terminal that was switched off end at once at what was last metered: it may say nothing more, and its holder pays for nothing unsaid.
CREATE OR REPLACE FUNCTION card_end_holds(at_most integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    late record;
    ended integer := 0;
    free bigint[] := '{}';
BEGIN
    FOR late IN SELECT h.receipt_id, h.wallet_id FROM card_hold h WHERE h.settled_at IS NULL AND (h.ends_at <= now() OR h.terminal_id IN (SELECT p.terminal_id FROM card_till p WHERE NOT p.is_on))
                ORDER BY h.wallet_id LIMIT at_most
    LOOP
        PERFORM FROM ledger_balance b WHERE b.account_id = late.wallet_id FOR UPDATE;
        IF EXISTS (SELECT FROM card_hold h WHERE h.receipt_id = late.receipt_id AND h.settled_at IS NULL) THEN
            PERFORM card_settle_hold(h.receipt_id, CASE WHEN rule.when_silent = 'metered' OR rule.is_off THEN h.metered_fen ELSE h.amount_fen END,
                                     NULL, NULL, '超时自动结算')
                FROM card_hold h
                JOIN LATERAL (SELECT NOT d.is_on AS is_off,
                                (SELECT p.when_silent FROM card_price p WHERE p.terminal_id = d.terminal_id AND p.since <= card_day(h.begun_at)
                                 ORDER BY p.since DESC LIMIT 1) AS when_silent
                              FROM card_till d WHERE d.terminal_id = h.terminal_id) AS rule ON true
                WHERE h.receipt_id = late.receipt_id;
            ended := ended + 1;
            free := free || ARRAY(SELECT h.receipt_id FROM card_hold h WHERE h.receipt_id = late.receipt_id AND h.price_fen = 0);
        END IF;
    END LOOP;
    PERFORM card_terminal_came_to_nothing(free);
    RETURN ended;
END $$;
