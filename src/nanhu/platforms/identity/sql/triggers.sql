CREATE TRIGGER identity_release_kept AFTER INSERT OR UPDATE OR DELETE ON identity_attribute_release
    FOR EACH ROW EXECUTE FUNCTION identity_keep_attributes();

CREATE TRIGGER identity_application_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON identity_application
    FOR EACH STATEMENT EXECUTE FUNCTION identity_registry_changed();

CREATE TRIGGER identity_application_address_changed
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON identity_application_address
    FOR EACH STATEMENT EXECUTE FUNCTION identity_registry_changed();

CREATE TRIGGER identity_sign_in_append_only BEFORE UPDATE OR DELETE ON identity_sign_in_event
    FOR EACH ROW EXECUTE FUNCTION identity_refuse_change();

CREATE TRIGGER identity_account_opened BEFORE INSERT OR UPDATE OF opened_for_id ON identity_account
    FOR EACH ROW EXECUTE FUNCTION identity_account_opened();

CREATE TRIGGER identity_session_of_parted BEFORE INSERT ON identity_sso_session
    FOR EACH ROW EXECUTE FUNCTION identity_session_of_parted();
