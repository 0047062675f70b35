-- No gap: the counter moves by one, and at the commit there is a number at each place it moved to; a series that counts has no number
-- but at the place to which its counter just moved. No number goes or changes.

CREATE TRIGGER kernel_number_counter_moves BEFORE INSERT OR UPDATE ON kernel_number_counter
    FOR EACH ROW EXECUTE FUNCTION kernel_number_counter_moves();

CREATE TRIGGER kernel_number_counter_is_kept BEFORE DELETE ON kernel_number_counter
    FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();

CREATE CONSTRAINT TRIGGER kernel_number_was_taken AFTER INSERT OR UPDATE ON kernel_number_counter DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION kernel_number_was_taken();

CREATE TRIGGER kernel_number_follows_the_counter BEFORE INSERT ON kernel_number
    FOR EACH ROW EXECUTE FUNCTION kernel_number_follows_the_counter();

CREATE TRIGGER kernel_number_is_kept BEFORE DELETE ON kernel_number
    FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();

CREATE TRIGGER kernel_number_is_voided_once BEFORE UPDATE ON kernel_number
    FOR EACH ROW WHEN (
        (OLD.series, OLD.scope, OLD.place, OLD.number, OLD.target, OLD.taken_at, OLD.taken_by_name)
            IS DISTINCT FROM
        (NEW.series, NEW.scope, NEW.place, NEW.number, NEW.target, NEW.taken_at, NEW.taken_by_name)
        OR OLD.voided_at IS NOT NULL)
    EXECUTE FUNCTION kernel_refuse_change();
