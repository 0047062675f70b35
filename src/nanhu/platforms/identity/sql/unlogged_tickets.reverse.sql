ALTER TABLE identity_service_ticket SET LOGGED;
