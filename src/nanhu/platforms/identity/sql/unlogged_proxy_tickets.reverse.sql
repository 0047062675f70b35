ALTER TABLE identity_proxy_ticket SET LOGGED;
