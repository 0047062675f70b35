-- Who speaks: the NAS at an address, among several there the one with this NAS-Identifier; all null where nobody registered it.
CREATE OR REPLACE FUNCTION network_nas_at(from_address inet, from_identifier text) RETURNS network_nas LANGUAGE sql STABLE AS $$
    SELECT n FROM network_nas n
     WHERE n.address = from_address AND n.withdrawn_at IS NULL AND n.identifier IN ('', from_identifier)
     ORDER BY n.identifier DESC LIMIT 1;
$$;
