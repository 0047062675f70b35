CREATE TRIGGER identity_saml_name_append_only BEFORE UPDATE OR DELETE ON identity_saml_persistent_name
    FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();

CREATE TRIGGER identity_saml_name_no_truncate BEFORE TRUNCATE ON identity_saml_persistent_name
    FOR EACH STATEMENT EXECUTE FUNCTION kernel_refuse_change();
