-- One key a term, for everybody, for ever: another one for one person would mark his tokens.

CREATE TRIGGER requests_token_key_is_kept BEFORE DELETE ON requests_token_key
    FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();

CREATE TRIGGER requests_token_key_stays BEFORE UPDATE ON requests_token_key
    FOR EACH ROW WHEN ((OLD.term, OLD.modulus) IS DISTINCT FROM (NEW.term, NEW.modulus))
    EXECUTE FUNCTION kernel_refuse_change();

CREATE TRIGGER requests_crew_list_is_undone_by_a_third BEFORE UPDATE ON requests_crew_list
    FOR EACH ROW WHEN (NEW.state = 'undone' AND OLD.state <> 'undone') EXECUTE FUNCTION kernel_undone_by_a_third('requests_crew_rollback');
CREATE TRIGGER requests_crew_rollback_is_kept BEFORE DELETE ON requests_crew_rollback
    FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();
CREATE TRIGGER requests_crew_rollback_keeps_what_was_decided BEFORE UPDATE ON requests_crew_rollback
    FOR EACH ROW WHEN (OLD.state <> 'asked' OR (OLD.batch_id, OLD.reason, OLD.author_id) IS DISTINCT FROM (NEW.batch_id, NEW.reason, NEW.author_id))
    EXECUTE FUNCTION kernel_refuse_change();
