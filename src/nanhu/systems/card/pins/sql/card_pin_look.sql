-- What it takes to judge a PIN of these cards: the stored digest, or the document that gives the initial one.

CREATE OR REPLACE FUNCTION card_pin_look(uids text[], wanted text)
RETURNS TABLE (uid text, wallet_id bigint, salt bytea, digest bytea, document bytea) LANGUAGE sql STABLE AS $$
    SELECT c.uid, c.wallet_id, k.salt, k.digest, p.id_number
    FROM card_card c
    JOIN people_known p ON p.id = c.person_id
    LEFT JOIN card_pin k ON k.wallet_id = c.wallet_id AND k.kind = wanted
    WHERE c.uid = ANY (uids)
$$;
