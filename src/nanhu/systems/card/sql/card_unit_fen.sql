-- release and meter reckon in whole units: what a terminal says it came to is a multiple of the price that stood when the hold began, or
-- all that was held. A release that is not is refused and the hold stays open; of a meter only the whole units are counted.

CREATE OR REPLACE FUNCTION card_unit_fen(terminal bigint, begun timestamptz) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT CASE WHEN p.kind IN ('per_unit', 'per_minute') THEN p.price_fen END FROM card_price p
                     WHERE p.terminal_id = terminal AND p.since <= card_day(begun) ORDER BY p.since DESC LIMIT 1), 1)
$$;
