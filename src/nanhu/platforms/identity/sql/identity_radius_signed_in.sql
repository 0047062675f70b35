-- What an accepted sign-in by an app password leaves behind: the line of the audit log; at most once a minute when server and app password
-- were last used; at most once an hour the station, of which the newest thirty stay (services/known_places.py).
CREATE OR REPLACE FUNCTION identity_radius_signed_in(
    the_server bigint, the_application text, the_app_password bigint, the_account bigint, the_station text, station_key bytea,
    the_moment timestamptz
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    UPDATE identity_radius_client SET last_request_at = the_moment WHERE id IN (
        SELECT c.id FROM identity_radius_client c
         WHERE c.id = the_server AND (c.last_request_at IS NULL OR the_moment - c.last_request_at > interval '1 minute')
           FOR UPDATE SKIP LOCKED);
    UPDATE identity_personal_app_password SET last_used_at = the_moment, last_used_from = the_station WHERE id IN (
        SELECT a.id FROM identity_personal_app_password a
         WHERE a.id = the_app_password AND (a.last_used_at IS NULL OR the_moment - a.last_used_at > interval '1 minute')
           FOR UPDATE SKIP LOCKED);
    IF FOUND AND the_station <> '' THEN
        INSERT INTO identity_known_station AS s (account_id, service, station, last_used_at)
        VALUES (the_account, 'network', station_key, the_moment)
        ON CONFLICT (account_id, service, station) DO UPDATE SET last_used_at = the_moment
         WHERE s.last_used_at <= the_moment - interval '1 hour';
        IF FOUND THEN
            DELETE FROM identity_known_station WHERE id IN (
                SELECT s.id FROM identity_known_station s WHERE s.id IN (
                    SELECT o.id FROM identity_known_station o WHERE o.account_id = the_account AND o.service = 'network'
                     ORDER BY o.last_used_at DESC OFFSET 30)
                   FOR UPDATE SKIP LOCKED);
        END IF;
    END IF;
    INSERT INTO kernel_audit_entry (at, account_id, actor, address, action, target, reason, facts)
    VALUES (the_moment, NULL, 'network:' || the_application, the_station, 'identity.network_sign_in', 'account:' || the_account, '',
            jsonb_build_object('application', the_application, 'station', the_station));
    RETURN true;
END
$$;
