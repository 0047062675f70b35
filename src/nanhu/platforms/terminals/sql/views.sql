-- Terminals as the rooms above read them in SQL: published, and all that the gateway may see of them.
CREATE VIEW terminals_known AS
    SELECT t.id, t.number, t.kind, t.place, t.state, t.key, t.key_version, t.last_sequence, t.sequence_ceiling, t.last_seen,
           n.key AS next_key, n.version AS next_version, CASE WHEN t.former_until > now() THEN t.former_key END AS former_key
    FROM terminals_terminal t
    LEFT JOIN terminals_next_key n ON n.terminal_id = t.id AND now() BETWEEN n.opens_at AND n.ends_at;

-- Sequences that the services endpoint answered: they count as those of a room's own endpoint do.
CREATE VIEW terminals_answered AS
    SELECT l.terminal_id, l.sequence FROM terminals_request_log l;
