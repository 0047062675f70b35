CREATE TRIGGER card_load_move BEFORE INSERT OR UPDATE ON card_load FOR EACH ROW EXECUTE FUNCTION card_load_move();

CREATE TRIGGER card_load_wake AFTER INSERT ON card_load FOR EACH STATEMENT EXECUTE FUNCTION card_load_wake();

CREATE TRIGGER card_load_keep BEFORE DELETE ON card_load FOR EACH ROW EXECUTE FUNCTION card_bank_keep();

CREATE TRIGGER card_load_keep_all BEFORE TRUNCATE ON card_load FOR EACH STATEMENT EXECUTE FUNCTION card_bank_keep();

CREATE TRIGGER card_load_step_keep BEFORE UPDATE OR DELETE ON card_load_step FOR EACH ROW EXECUTE FUNCTION card_bank_keep();

CREATE TRIGGER card_load_step_keep_all BEFORE TRUNCATE ON card_load_step FOR EACH STATEMENT EXECUTE FUNCTION card_bank_keep();

CREATE TRIGGER card_online_move BEFORE INSERT OR UPDATE ON card_online_top_up FOR EACH ROW EXECUTE FUNCTION card_online_move();

CREATE TRIGGER card_online_keep BEFORE DELETE ON card_online_top_up FOR EACH ROW EXECUTE FUNCTION card_bank_keep();

CREATE TRIGGER card_online_keep_all BEFORE TRUNCATE ON card_online_top_up FOR EACH STATEMENT EXECUTE FUNCTION card_bank_keep();

CREATE TRIGGER card_online_gives_back BEFORE UPDATE OF state ON card_online_top_up
    FOR EACH ROW EXECUTE FUNCTION card_online_gives_back();
