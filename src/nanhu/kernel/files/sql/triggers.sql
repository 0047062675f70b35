-- A holding stays what it is; it is held and released, and removed once. No row goes.

CREATE TRIGGER kernel_file_is_kept BEFORE DELETE ON kernel_file
    FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();

CREATE TRIGGER kernel_file_stays_what_it_is BEFORE UPDATE ON kernel_file
    FOR EACH ROW WHEN (
        (OLD.public_id, OLD.purpose, OLD.target, OLD.sha256, OLD.size, OLD.kind, OLD.name, OLD.kept_until, OLD.created_at)
            IS DISTINCT FROM
        (NEW.public_id, NEW.purpose, NEW.target, NEW.sha256, NEW.size, NEW.kind, NEW.name, NEW.kept_until, NEW.created_at)
        OR OLD.created_by_name IS DISTINCT FROM NEW.created_by_name
        OR OLD.removed_at IS NOT NULL
        OR (NEW.removed_at IS NOT NULL AND (OLD.held_at IS NOT NULL OR OLD.kept_until IS NULL
            OR (NEW.removed_at AT TIME ZONE 'Asia/Shanghai')::date < OLD.kept_until)))
    EXECUTE FUNCTION kernel_refuse_change();
