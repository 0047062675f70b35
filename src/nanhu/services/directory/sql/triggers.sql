CREATE TRIGGER directory_duty_list_is_undone_by_a_third BEFORE UPDATE ON directory_duty_list
    FOR EACH ROW WHEN (NEW.state = 'undone' AND OLD.state <> 'undone') EXECUTE FUNCTION kernel_undone_by_a_third('directory_duty_rollback');
CREATE TRIGGER directory_duty_rollback_is_kept BEFORE DELETE ON directory_duty_rollback
    FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();
CREATE TRIGGER directory_duty_rollback_keeps_what_was_decided BEFORE UPDATE ON directory_duty_rollback
    FOR EACH ROW WHEN (OLD.state <> 'asked' OR (OLD.batch_id, OLD.reason, OLD.author_id) IS DISTINCT FROM (NEW.batch_id, NEW.reason, NEW.author_id))
    EXECUTE FUNCTION kernel_refuse_change();

CREATE TRIGGER directory_phone_list_is_undone_by_a_third BEFORE UPDATE ON directory_phone_list
    FOR EACH ROW WHEN (NEW.state = 'undone' AND OLD.state <> 'undone') EXECUTE FUNCTION kernel_undone_by_a_third('directory_phone_rollback');
CREATE TRIGGER directory_phone_rollback_is_kept BEFORE DELETE ON directory_phone_rollback
    FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();
CREATE TRIGGER directory_phone_rollback_keeps_what_was_decided BEFORE UPDATE ON directory_phone_rollback
    FOR EACH ROW WHEN (OLD.state <> 'asked' OR (OLD.batch_id, OLD.reason, OLD.author_id) IS DISTINCT FROM (NEW.batch_id, NEW.reason, NEW.author_id))
    EXECUTE FUNCTION kernel_refuse_change();
