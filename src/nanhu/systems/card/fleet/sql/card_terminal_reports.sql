-- What terminals said of themselves; `since` of a request is what it holds for sure. With the last of them the window of a loss ends.
CREATE OR REPLACE FUNCTION card_terminal_reports(batch json) RETURNS void LANGUAGE sql AS $$
    INSERT INTO card_terminal_report AS t (terminal_id, list_version, list_at, software, stored_rows, stored_fen, card_fen, total_fen,
                                           reported_at)
    SELECT r.id, coalesce(r.list_version, 0), now(), coalesce(r.software, ''), coalesce(r.stored_rows, 0),
           coalesce(r.stored_fen, 0), r.card_fen, r.total_fen, now()
    FROM json_to_recordset(batch) AS r(id bigint, list_version bigint, software text, stored_rows integer, stored_fen bigint,
                                       card_fen bigint, total_fen bigint)
    ORDER BY r.id
    ON CONFLICT (terminal_id) DO UPDATE
        SET list_at = CASE WHEN t.list_version = excluded.list_version THEN t.list_at ELSE excluded.list_at END,
            list_version = excluded.list_version,
            software = CASE WHEN excluded.software = '' THEN t.software ELSE excluded.software END,
            stored_rows = excluded.stored_rows, stored_fen = excluded.stored_fen,
            card_fen = coalesce(excluded.card_fen, t.card_fen), total_fen = coalesce(excluded.total_fen, t.total_fen),
            reported_at = excluded.reported_at;
    UPDATE card_loss_report l SET known_at = now() FROM card_revocation v
    WHERE l.ended_at IS NULL AND l.known_at IS NULL AND v.card_id = l.card_id AND v.reason IS NOT NULL
      AND v.version <= (SELECT card_terminal_list_everybody_holds())
$$;
