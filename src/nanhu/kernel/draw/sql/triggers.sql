-- A draw keeps what it promised; after its closing nobody comes in, goes or changes his wishes; after the result nothing moves.

CREATE TRIGGER kernel_draw_is_kept BEFORE DELETE ON kernel_draw
    FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();

CREATE TRIGGER kernel_draw_keeps_its_promise BEFORE UPDATE ON kernel_draw
    FOR EACH ROW WHEN (
        (OLD.key, OLD.seats, OLD.passes, OLD.commitment, OLD.value_name, OLD.value_form, OLD.closes_at, OLD.value_known_at, OLD.publish_by,
            OLD.opened_at)
            IS DISTINCT FROM
        (NEW.key, NEW.seats, NEW.passes, NEW.commitment, NEW.value_name, NEW.value_form, NEW.closes_at, NEW.value_known_at, NEW.publish_by,
            NEW.opened_at)
        OR (OLD.root <> '' AND (OLD.root, OLD.entry_count, OLD.closed_at) IS DISTINCT FROM (NEW.root, NEW.entry_count, NEW.closed_at))
        OR (OLD.value <> '' AND OLD.value <> NEW.value)
        OR (OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (
            ('open', 'closed'), ('open', 'void'), ('closed', 'drawn'), ('closed', 'void')))
        OR (OLD.state IN ('drawn', 'void') AND (OLD.value, OLD.published_secret, OLD.queues, OLD.drawn_at, OLD.voided_at, OLD.why_void)
            IS DISTINCT FROM (NEW.value, NEW.published_secret, NEW.queues, NEW.drawn_at, NEW.voided_at, NEW.why_void)))
    EXECUTE FUNCTION kernel_refuse_change();

CREATE TRIGGER kernel_draw_goes_on BEFORE INSERT OR UPDATE ON kernel_draw
    FOR EACH ROW EXECUTE FUNCTION kernel_draw_goes_on();

CREATE TRIGGER kernel_draw_entry_is_in_time BEFORE INSERT OR UPDATE ON kernel_draw_entry
    FOR EACH ROW EXECUTE FUNCTION kernel_draw_entry_is_in_time();

CREATE TRIGGER kernel_draw_entry_is_kept BEFORE DELETE ON kernel_draw_entry
    FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();

CREATE TRIGGER kernel_draw_value_is_kept BEFORE DELETE ON kernel_draw_value
    FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();

CREATE TRIGGER kernel_draw_value_stands_as_typed BEFORE UPDATE ON kernel_draw_value
    FOR EACH ROW WHEN ((OLD.draw_id, OLD.value, OLD.author_id) IS DISTINCT FROM (NEW.draw_id, NEW.value, NEW.author_id))
    EXECUTE FUNCTION kernel_refuse_change();

CREATE TRIGGER kernel_draw_void_is_kept BEFORE DELETE ON kernel_draw_void
    FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();

CREATE TRIGGER kernel_draw_void_stands_as_asked BEFORE UPDATE ON kernel_draw_void
    FOR EACH ROW WHEN ((OLD.draw_id, OLD.reason, OLD.author_id) IS DISTINCT FROM (NEW.draw_id, NEW.reason, NEW.author_id))
    EXECUTE FUNCTION kernel_refuse_change();
