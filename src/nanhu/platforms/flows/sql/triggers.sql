CREATE TRIGGER flows_entry_is_history BEFORE DELETE ON flows_entry
    FOR EACH ROW EXECUTE FUNCTION flows_is_history();
CREATE TRIGGER flows_entry_is_kept BEFORE UPDATE ON flows_entry
    FOR EACH ROW EXECUTE FUNCTION flows_entry_is_kept();
CREATE TRIGGER flows_entry_is_not_emptied BEFORE TRUNCATE ON flows_entry
    FOR EACH STATEMENT EXECUTE FUNCTION flows_is_history();
CREATE TRIGGER flows_version_is_history BEFORE UPDATE OR DELETE ON flows_version
    FOR EACH ROW EXECUTE FUNCTION flows_is_history();
CREATE TRIGGER flows_task_is_over BEFORE UPDATE ON flows_task
    FOR EACH ROW WHEN (OLD.state = 'done') EXECUTE FUNCTION flows_task_is_over();
CREATE TRIGGER flows_task_is_not_taken_away BEFORE DELETE ON flows_task
    FOR EACH ROW WHEN (OLD.state = 'done') EXECUTE FUNCTION flows_is_history();
CREATE TRIGGER flows_task_is_not_emptied BEFORE TRUNCATE ON flows_task
    FOR EACH STATEMENT EXECUTE FUNCTION flows_is_history();
CREATE TRIGGER flows_version_is_not_emptied BEFORE TRUNCATE ON flows_version
    FOR EACH STATEMENT EXECUTE FUNCTION flows_is_history();
CREATE CONSTRAINT TRIGGER flows_case_is_whole AFTER INSERT OR UPDATE OF state ON flows_case
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION flows_case_is_whole('id');
CREATE CONSTRAINT TRIGGER flows_token_is_whole AFTER INSERT OR DELETE ON flows_token
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION flows_case_is_whole('case_id');
CREATE TRIGGER flows_paper_is_kept BEFORE UPDATE OR DELETE ON flows_paper_entry
    FOR EACH ROW EXECUTE FUNCTION flows_paper_is_kept();
CREATE TRIGGER flows_stood_still_append_only BEFORE UPDATE OR DELETE ON flows_stood_still
    FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();
