DROP TRIGGER identity_release_kept ON identity_attribute_release;
DROP FUNCTION identity_keep_attributes();
