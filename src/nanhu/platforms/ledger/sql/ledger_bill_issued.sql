-- Issuing is posting: what is owed stands in the receivable of its fee from the same statement on.
CREATE OR REPLACE FUNCTION ledger_bill_issued() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ledger_transfer (entry_id, occurred_at, kind, debit_account_id, credit_account_id, amount_fen, reference)
        SELECT entry_id, issued_at, 'ledger.bill', receivable_id, billed_id, amount_fen, number FROM issued ORDER BY id;
    RETURN NULL;
END $$;
