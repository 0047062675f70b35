-- Whose an account is; NULL where it is nobody's whom the campus knows. For rooms above whose triggers compare persons with who acted.
CREATE OR REPLACE FUNCTION identity_person_of(the_account bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT person_id FROM identity_account WHERE id = the_account
$$;
