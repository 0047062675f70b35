-- A sign-in that was under way while its person and another were told apart opens nothing: what was proved may have been the other's. The
-- account's row is waited for, as its foreign key will.
CREATE OR REPLACE FUNCTION identity_session_of_parted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last timestamptz;
BEGIN
    SELECT a.parted_at INTO last FROM identity_account a WHERE a.id = NEW.account_id FOR KEY SHARE;
    IF last IS DISTINCT FROM NEW.parted_at THEN
        RAISE EXCEPTION 'identity_session_of_parted: the account was parted meanwhile' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
