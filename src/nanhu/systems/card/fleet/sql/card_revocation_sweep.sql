-- What time alone changed: cards whose last day is over. Asked each night; returns how many.
CREATE OR REPLACE FUNCTION card_revocation_sweep() RETURNS integer LANGUAGE sql AS $$
    WITH due AS MATERIALIZED (
        SELECT c.id FROM card_card c LEFT JOIN card_revocation r ON r.card_id = c.id
        WHERE card_revocation_reason(c.state, c.valid_until) IS DISTINCT FROM r.reason ORDER BY c.id FOR UPDATE OF c
    )
    SELECT count(*) FILTER (WHERE card_revocation_note(due.id))::integer FROM due
$$;
