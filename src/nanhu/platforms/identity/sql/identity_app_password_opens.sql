-- Does this app password still open something for this person? For rooms that ask once more in a transaction of their own, under their lock.
CREATE OR REPLACE FUNCTION identity_app_password_opens(the_person bigint, the_app_password uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM identity_personal_app_password a JOIN identity_account i ON i.id = a.account_id
         WHERE a.public_id = the_app_password AND a.revoked_at IS NULL AND i.person_id = the_person AND i.state = 'active');
$$;
