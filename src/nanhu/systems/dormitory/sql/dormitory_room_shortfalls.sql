-- Shares that what their persons hold at this moment would not bear, taken in the order in which they are posted.
CREATE OR REPLACE FUNCTION dormitory_room_shortfalls(list bigint, persons bigint[], fens bigint[])
RETURNS TABLE (share_id bigint) LANGUAGE sql STABLE AS $$
    SELECT s.id FROM (
        SELECT w.id, w.person_id, sum(w.amount_fen) OVER (PARTITION BY w.person_id ORDER BY w.id) AS needed
        FROM dormitory_room_share w WHERE w.room_list_id = list AND w.state = 'waiting'
    ) s JOIN unnest(persons, fens) AS held(person_id, fen) ON held.person_id = s.person_id WHERE s.needed > held.fen
$$;
