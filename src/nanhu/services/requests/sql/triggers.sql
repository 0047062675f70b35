-- One key a term, for everybody, for ever: another one for one person would mark his tokens.

CREATE TRIGGER requests_token_key_is_kept BEFORE DELETE ON requests_token_key
    FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();

CREATE TRIGGER requests_token_key_stays BEFORE UPDATE ON requests_token_key
    FOR EACH ROW WHEN ((OLD.term, OLD.modulus) IS DISTINCT FROM (NEW.term, NEW.modulus))
    EXECUTE FUNCTION kernel_refuse_change();
