-- Whoever wrote down where a merchant's money goes does not say that the bank paid it, nor that it is to pay again (services/payouts.py).
CREATE OR REPLACE FUNCTION card_payout_apart() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM card_settlement s JOIN card_contract c ON c.id = s.contract_id
                WHERE (s.payout_id = NEW.id OR s.number = ANY (NEW.unpaid)) AND c.author_id = NEW.confirmer_id) THEN
        RAISE EXCEPTION 'payout % pays a merchant whose contract its confirmer wrote: refused', NEW.number
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
