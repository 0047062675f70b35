-- The newest version that every terminal in the field holds; those that sell nothing hold no list.
CREATE OR REPLACE FUNCTION card_terminal_list_everybody_holds() RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT coalesce(min(coalesce(t.list_version, 0)), 0) FROM terminals_known p LEFT JOIN card_terminal_report t ON t.terminal_id = p.id
    WHERE p.state = 'on' AND p.kind IN ('pos', 'scanner', 'door') AND p.last_seen IS NOT NULL
$$;
