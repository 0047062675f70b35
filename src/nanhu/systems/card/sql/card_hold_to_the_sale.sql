-- The wallet's lock lets two givers pass one after the other; whoever comes second sees what the first gave. VOLATILE for that.
CREATE OR REPLACE FUNCTION card_hold_to_the_sale() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    sale card_receipt;
    given_fen bigint;
BEGIN
    SELECT * INTO sale FROM card_receipt r WHERE r.id = NEW.reverses_id AND r.outcome = 'posted';
    PERFORM FROM ledger_balance b WHERE b.account_id = sale.wallet_id FOR UPDATE;
    SELECT sum(r.amount_fen) INTO given_fen FROM card_receipt r WHERE r.reverses_id = NEW.reverses_id AND r.outcome = 'posted';
    IF sale.id IS NULL OR given_fen > sale.amount_fen THEN
        RAISE EXCEPTION 'card: % fen would be given back of a row of %', given_fen, coalesce(sale.amount_fen, 0)
            USING ERRCODE = 'check_violation', CONSTRAINT = 'card_receipt_given_back_once';
    END IF;
    RETURN NULL;
END $$;
