-- At the end of every transaction that touched a wallet's claimables: they are what its pending account holds.
CREATE OR REPLACE FUNCTION card_funds_hold() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    waiting bigint;
    held bigint;
BEGIN
    SELECT coalesce(sum(c.amount_fen - c.set_off_fen), 0) INTO waiting
        FROM card_claimable c WHERE c.wallet_id = NEW.wallet_id AND c.state IN ('waiting', 'writing');
    SELECT coalesce(sum(b.balance_fen), 0) INTO held
        FROM card_pending p JOIN ledger_balance b ON b.account_id = p.account_id WHERE p.wallet_id = NEW.wallet_id;
    IF waiting <> held THEN
        RAISE EXCEPTION 'card: wallet % has % fen in claimables and % fen pending', NEW.wallet_id, waiting, held
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
