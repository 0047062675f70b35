-- Whether so many refusals of this terminal were written down in this minute that no more are: receipts and answers are kept for ever, and
-- a stolen or switched-off terminal's key would fill the disk with them. What comes beyond is told so (429) and leaves no row; its sequence
-- stays free. Counted by card_terminal_refused and card_pay.
CREATE OR REPLACE FUNCTION card_terminal_floods(terminal bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM card_terminal_activity a
                   WHERE a.terminal_id = terminal AND a.refused_minute = date_trunc('minute', now()) AND a.refused >= card_most_refused())
$$;
