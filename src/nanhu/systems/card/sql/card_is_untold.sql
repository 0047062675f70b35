-- Whether a terminal was not told the balance when it sold this (card_pay.sql): then it is not told of what comes of that sale either.
CREATE OR REPLACE FUNCTION card_is_untold(sale bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM card_receipt r WHERE r.id = sale AND r.outcome = 'posted' AND r.detail = 'untold')
$$;
