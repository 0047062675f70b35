ALTER TABLE identity_oidc_access_token SET LOGGED;
ALTER TABLE identity_oidc_code SET LOGGED;
ALTER TABLE identity_oidc_pending SET LOGGED;
