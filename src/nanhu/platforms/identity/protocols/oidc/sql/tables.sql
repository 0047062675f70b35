-- What lives for seconds or minutes. A crash of the database empties these tables: people click once more, programs
-- refresh once more; nobody is signed in who should not be. Families, refresh tokens and consents are durable.
ALTER TABLE identity_oidc_pending SET UNLOGGED;

ALTER TABLE identity_oidc_code SET UNLOGGED;

ALTER TABLE identity_oidc_access_token SET UNLOGGED;
