-- Sales that were given back, and holds that cost nothing, told a balance all the same, where nobody typed the PIN: after so many a day their
-- terminal sells on and is told no balance (card_pay.sql). The caller holds all balances that it needs.
CREATE OR REPLACE FUNCTION card_terminal_came_to_nothing(sales bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM card_terminal_activity a WHERE a.terminal_id IN (SELECT r.terminal_id FROM card_receipt r WHERE r.id = ANY(sales))
        ORDER BY a.terminal_id FOR UPDATE;
    UPDATE card_terminal_activity a SET day_free = a.day_free + found.often
        FROM (SELECT r.terminal_id, count(*) AS often FROM card_receipt r WHERE r.id = ANY(sales) AND r.detail <> 'pin' GROUP BY r.terminal_id) AS found
        WHERE a.terminal_id = found.terminal_id AND a.day = card_day(now());
END $$;
