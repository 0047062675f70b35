-- A token goes; what is still open of its step is cancelled with it, and what was done stands without it.
WITH token AS (SELECT %s::bigint AS id),
dropped AS (
    UPDATE flows_task SET
        token_id = NULL,
        state = CASE WHEN state IN ('waiting', 'open', 'claimed') THEN 'cancelled' ELSE state END,
        claimed_by_id = CASE WHEN state IN ('waiting', 'open', 'claimed') THEN NULL ELSE claimed_by_id END,
        revision = revision + (state IN ('waiting', 'open', 'claimed'))::int
    FROM token WHERE token_id = token.id
)
DELETE FROM flows_token USING token WHERE flows_token.id = token.id
