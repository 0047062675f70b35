-- A list of posts is taken back by two, and what they decided stays.

CREATE TRIGGER people_post_list_is_undone_by_a_third BEFORE UPDATE ON people_post_list
    FOR EACH ROW WHEN (NEW.state = 'undone' AND OLD.state <> 'undone') EXECUTE FUNCTION kernel_undone_by_a_third('people_post_rollback');

CREATE TRIGGER people_post_rollback_is_kept BEFORE DELETE ON people_post_rollback FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();

CREATE TRIGGER people_post_rollback_keeps_what_was_decided BEFORE UPDATE ON people_post_rollback
    FOR EACH ROW WHEN (OLD.state <> 'asked' OR (OLD.batch_id, OLD.reason, OLD.author_id) IS DISTINCT FROM (NEW.batch_id, NEW.reason, NEW.author_id))
    EXECUTE FUNCTION kernel_refuse_change();
