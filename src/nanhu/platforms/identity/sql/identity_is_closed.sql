-- Is this person's account suspended or ended? For rooms that ask in a transaction of their own.
CREATE OR REPLACE FUNCTION identity_is_closed(the_person bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM identity_account i WHERE i.person_id = the_person AND i.state IN ('suspended', 'ended'));
$$;
