CREATE TRIGGER terminals_tells_gateway AFTER INSERT OR UPDATE OF key, key_version, state ON terminals_terminal
    FOR EACH ROW EXECUTE FUNCTION terminals_changed();

CREATE TRIGGER terminals_next_key_tells_gateway AFTER INSERT OR UPDATE OR DELETE ON terminals_next_key
    FOR EACH STATEMENT EXECUTE FUNCTION terminals_next_key_changed();

CREATE TRIGGER terminals_terminal_is_kept BEFORE DELETE ON terminals_terminal
    FOR EACH ROW EXECUTE FUNCTION terminals_refuse('terminals are switched off, not removed');

CREATE TRIGGER terminals_terminal_stays_away BEFORE UPDATE OF state ON terminals_terminal
    FOR EACH ROW WHEN (OLD.state = 'retired' AND NEW.state <> 'retired')
    EXECUTE FUNCTION terminals_refuse('a terminal that was taken away does not come back');

CREATE TRIGGER terminals_incident_is_kept BEFORE DELETE ON terminals_incident
    FOR EACH ROW WHEN (OLD.at > now() - interval '89 days')
    EXECUTE FUNCTION terminals_refuse('incidents of terminals are kept for a quarter');

-- What a terminal was answered is never answered differently later.

CREATE TRIGGER terminals_request_log_keeps_rows BEFORE UPDATE OR DELETE ON terminals_request_log
    FOR EACH ROW EXECUTE FUNCTION terminals_refuse('answers to terminals are never changed');

CREATE TRIGGER terminals_request_log_keeps_all BEFORE TRUNCATE ON terminals_request_log
    FOR EACH STATEMENT EXECUTE FUNCTION terminals_refuse('answers to terminals are never removed');
