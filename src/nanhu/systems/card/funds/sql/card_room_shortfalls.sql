-- Shares that the wallet of this moment would not bear, taken in the order in which they are posted.
CREATE OR REPLACE FUNCTION card_room_shortfalls(list bigint) RETURNS TABLE (share_id bigint) LANGUAGE sql STABLE AS $$
    SELECT s.id FROM (
        SELECT w.id, w.wallet_id, sum(w.amount_fen) OVER (PARTITION BY w.wallet_id ORDER BY w.id) AS needed
        FROM card_room_share w WHERE w.room_list_id = list AND w.state = 'waiting'
    ) s JOIN ledger_balance b ON b.account_id = s.wallet_id WHERE s.needed > b.balance_fen
$$;
