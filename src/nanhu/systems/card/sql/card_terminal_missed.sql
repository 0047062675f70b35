-- One more guess of this terminal, made at the services door: counted together with those at the gateway.
CREATE OR REPLACE FUNCTION card_terminal_missed(terminal bigint, forgiven integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM card_terminal_turn(ARRAY[terminal], forgiven);
    UPDATE card_terminal_activity a SET misses = a.misses + 1 WHERE a.terminal_id = terminal;
END $$;
