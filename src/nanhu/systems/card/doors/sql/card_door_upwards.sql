-- Who may pass: one passage decided in one query, and all cards of a place at once for lists and previews.
-- Precedence (docs/decisions/0010): 1 a person denied, 2 a person allowed, 3 a group denied, 4 a group allowed, else closed.

CREATE OR REPLACE FUNCTION card_door_upwards(start bigint) RETURNS TABLE (id bigint) LANGUAGE sql STABLE AS $$
    WITH RECURSIVE up (id, parent_id) AS (
        SELECT p.id, p.parent_id FROM card_door_place p WHERE p.id = start
        UNION
        SELECT p.id, p.parent_id FROM card_door_place p JOIN up ON p.id = up.parent_id
    ) SELECT up.id FROM up
$$;
