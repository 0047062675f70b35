-- Granted: budget → available. Withdrawn: back. Spent: reserved → spent. Released: reserved → available. Unspent: spent → reserved, the
-- whole of one spending of this reservation.
CREATE OR REPLACE FUNCTION ledger_fund_moved() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    f ledger_fund;
    mistaken ledger_fund_movement;
    granted bigint := CASE NEW.kind WHEN 'grant' THEN NEW.amount_fen WHEN 'withdraw' THEN -NEW.amount_fen ELSE 0 END;
    spent bigint := CASE NEW.kind WHEN 'spend' THEN NEW.amount_fen WHEN 'unspend' THEN -NEW.amount_fen ELSE 0 END;
    released bigint := CASE NEW.kind WHEN 'release' THEN NEW.amount_fen ELSE 0 END;
BEGIN
    IF NEW.kind = 'unspend' THEN
        SELECT * INTO mistaken FROM ledger_fund_movement m WHERE m.id = NEW.reverses_id;
        IF (mistaken.kind, mistaken.reservation_id, mistaken.amount_fen) IS DISTINCT FROM ('spend', NEW.reservation_id, NEW.amount_fen) THEN
            RAISE EXCEPTION 'ledger: only a spending of this reservation is unspent, whole' USING ERRCODE = 'check_violation',
                CONSTRAINT = 'ledger_fund_unspends_a_spending';
        END IF;
    END IF;
    IF NEW.reservation_id IS NOT NULL THEN
        UPDATE ledger_reservation SET spent_fen = spent_fen + spent, released_fen = released_fen + released
            WHERE id = NEW.reservation_id AND fund_id = NEW.fund_id;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'ledger: a reservation of another fund' USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_reservation_of_fund';
        END IF;
    END IF;
    UPDATE ledger_fund SET budget_fen = budget_fen + granted, available_fen = available_fen + granted + released,
        reserved_fen = reserved_fen - spent - released, spent_fen = spent_fen + spent
        WHERE id = NEW.fund_id RETURNING * INTO STRICT f;
    INSERT INTO ledger_transfer (entry_id, occurred_at, kind, debit_account_id, credit_account_id, amount_fen, reference, reverses_entry_id)
        SELECT NEW.entry_id, NEW.at, 'ledger.fund_' || NEW.kind, leg.debit, leg.credit, NEW.amount_fen, NEW.reason, mistaken.entry_id
        FROM (VALUES ('grant', f.budget_id, f.available_id), ('withdraw', f.available_id, f.budget_id),
                     ('spend', f.reserved_id, f.spent_id), ('release', f.reserved_id, f.available_id),
                     ('unspend', f.spent_id, f.reserved_id)) AS leg(kind, debit, credit)
        WHERE leg.kind = NEW.kind;
    RETURN NULL;
END $$;
