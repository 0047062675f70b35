-- A door's list for the time without network: kept as it was last told, so that a door gets what changed since its version.

CREATE OR REPLACE FUNCTION access_hash(salt text, uid text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT encode(substring(sha256(decode(salt, 'hex') || convert_to(uid, 'UTF8')) FOR 10), 'hex')
$$;
