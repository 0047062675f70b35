DROP TABLE identity_sign_in_event;
DROP TABLE identity_registry_version;
