-- Cards, wallets, merchants and terminals are named by receipts without a foreign key on the hot path: they are never removed.
-- The gateway keeps terminals' keys in memory; it hears at once when one changes.

CREATE OR REPLACE FUNCTION card_terminal_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('card_terminal', NEW.number);
    RETURN NULL;
END $$;
