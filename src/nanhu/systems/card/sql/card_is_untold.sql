-- Whether a terminal was not told the balance when it sold this, or when it held what this was paid of (card_pay.sql): then it is not told of
-- what comes of that sale either.
CREATE OR REPLACE FUNCTION card_is_untold(sale bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM card_receipt r
                   WHERE r.id = coalesce((SELECT h.receipt_id FROM card_hold h WHERE h.payment_receipt_id = sale), sale)
                     AND r.outcome = 'posted' AND r.detail = 'untold')
$$;
