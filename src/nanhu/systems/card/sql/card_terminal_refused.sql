-- One more refusal of this terminal was written down. Called last, when all balances that are needed are held.
CREATE OR REPLACE FUNCTION card_terminal_refused(terminal bigint) RETURNS void LANGUAGE sql AS $$
    INSERT INTO card_terminal_activity AS a (terminal_id, refused_minute, refused) VALUES (terminal, date_trunc('minute', now()), 1)
    ON CONFLICT (terminal_id) DO UPDATE
        SET refused = CASE WHEN a.refused_minute = excluded.refused_minute THEN a.refused ELSE 0 END + 1, refused_minute = excluded.refused_minute
$$;
