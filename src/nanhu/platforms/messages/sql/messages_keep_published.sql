-- What was ever published cannot be removed, and its publishing cannot be undone; withdrawing hides it.
CREATE OR REPLACE FUNCTION messages_keep_published() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.published_at IS NULL THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'DELETE' OR NEW.published_at IS NULL THEN
        RAISE EXCEPTION 'notice % was published: it can be withdrawn, not removed', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
