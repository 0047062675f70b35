-- An account's name as it is compared: "13914@hnist" is 13914.
CREATE OR REPLACE FUNCTION network_name_of(said text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT lower(split_part(said, '@', 1));
$$;
