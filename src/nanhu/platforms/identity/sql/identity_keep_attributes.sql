-- `identity_application.attributes` is what the protocols read: the names of the granted releases, in their order.
CREATE OR REPLACE FUNCTION identity_keep_attributes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the_application bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.application_id ELSE NEW.application_id END;
BEGIN
    UPDATE identity_application
       SET attributes = coalesce((
               SELECT jsonb_agg(r.name ORDER BY r.id)
                 FROM identity_attribute_release r
                WHERE r.application_id = the_application AND r.state = 'granted'
           ), '[]'::jsonb)
     WHERE id = the_application;
    RETURN NULL;
END
$$;
