-- Looked at when the transaction ends: a list of units may write them in any order.
CREATE CONSTRAINT TRIGGER people_unit_in_a_tree AFTER INSERT OR UPDATE OF parent_id ON people_org_unit
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.parent_id IS NOT NULL) EXECUTE FUNCTION people_unit_in_a_tree();

CREATE TRIGGER people_own_reading BEFORE UPDATE OF name, pinyin, initials ON people_person
    FOR EACH ROW WHEN ((NEW.name, NEW.pinyin, NEW.initials) IS DISTINCT FROM (OLD.name, OLD.pinyin, OLD.initials))
    EXECUTE FUNCTION people_own_reading();
