CREATE OR REPLACE FUNCTION card_given_back(sale bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT coalesce(sum(r.amount_fen), 0)::bigint FROM card_receipt r WHERE r.reverses_id = sale AND r.outcome = 'posted'
$$;
