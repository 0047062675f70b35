DROP FUNCTION identity_front_verdict(bytea, bigint, bigint, text, text, timestamptz, interval, interval, bytea);
DROP FUNCTION identity_front_ticket(
    bytea, text, bigint, bigint, timestamptz, interval, interval, bytea, text, timestamptz
);
DROP TRIGGER identity_application_address_changed ON identity_application_address;
DROP TRIGGER identity_application_changed ON identity_application;
DROP FUNCTION identity_registry_changed();
DROP TABLE identity_registry_version;
