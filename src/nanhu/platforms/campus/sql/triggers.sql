CREATE TRIGGER campus_place_counts_its_changes BEFORE UPDATE ON campus_place
    FOR EACH ROW EXECUTE FUNCTION campus_place_counts();
