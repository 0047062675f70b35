-- What the gateway needs of these chips to check what they signed; it sees no card and no balance.
CREATE OR REPLACE FUNCTION card_chip_purses(uids text[])
RETURNS TABLE (uid text, serial text, key_version integer, algorithm text) LANGUAGE sql STABLE AS $$
    SELECT c.uid, k.serial, k.key_version::integer, k.algorithm FROM card_chip k JOIN card_card c ON c.id = k.card_id WHERE c.uid = ANY(uids)
$$;
