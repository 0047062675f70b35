-- What a terminal that holds `since` lacks: the latest change of each card, oldest first, at most `most`. A version we never gave
-- (0, or of another life of this database) gets the whole list.
CREATE OR REPLACE FUNCTION card_revocations(since bigint, most integer)
RETURNS TABLE (version bigint, is_full boolean, has_more boolean, changes text) LANGUAGE sql STABLE AS $$
    WITH head AS MATERIALIZED (
        SELECT coalesce(max(r.version), 0) AS version FROM card_revocation r
    ), start AS MATERIALIZED (
        SELECT CASE WHEN since BETWEEN 1 AND head.version THEN since ELSE 0 END AS version FROM head
    ), page AS MATERIALIZED (
        SELECT r.version, r.uid, r.reason, row_number() OVER (ORDER BY r.version) AS place
        FROM card_revocation r, start WHERE r.version > start.version AND (start.version > 0 OR r.reason IS NOT NULL)
        ORDER BY r.version LIMIT most + 1
    )
    SELECT CASE WHEN (SELECT count(*) FROM page) > most THEN (SELECT max(p.version) FROM page p WHERE p.place <= most)
                ELSE head.version END,
           start.version = 0 AND (head.version > 0 OR since > 0), (SELECT count(*) FROM page) > most,
           (SELECT coalesce(json_agg(json_build_object('card', p.uid, 'reason', p.reason) ORDER BY p.version), '[]')
            FROM page p WHERE p.place <= most)::text
    FROM head, start
$$;
