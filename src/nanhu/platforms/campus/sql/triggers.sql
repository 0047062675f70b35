CREATE TRIGGER campus_place_counts_its_changes BEFORE UPDATE ON campus_place
    FOR EACH ROW EXECUTE FUNCTION campus_counts_changes();
CREATE TRIGGER campus_term_moves BEFORE INSERT OR UPDATE ON campus_term
    FOR EACH ROW EXECUTE FUNCTION campus_term_moves();
CREATE TRIGGER campus_moved_day_counts_its_changes BEFORE UPDATE ON campus_moved_day
    FOR EACH ROW EXECUTE FUNCTION campus_counts_changes();
CREATE TRIGGER campus_period_table_in_order BEFORE INSERT OR UPDATE ON campus_period_table
    FOR EACH ROW EXECUTE FUNCTION campus_period_table_in_order();
CREATE TRIGGER campus_room_in_a_building BEFORE INSERT OR UPDATE OF place_id ON campus_room
    FOR EACH ROW EXECUTE FUNCTION campus_room_in_a_building();
CREATE TRIGGER campus_occupancy_in_open_rooms AFTER INSERT ON campus_occupancy REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION campus_occupancy_in_open_rooms();
CREATE TRIGGER campus_occupancy_moves_to_open_rooms AFTER UPDATE OF held, room_id, during ON campus_occupancy
    FOR EACH ROW WHEN (NEW.held AND upper(NEW.during) > now()
        AND (NOT OLD.held OR NEW.room_id <> OLD.room_id OR NOT NEW.during <@ OLD.during))
    EXECUTE FUNCTION campus_occupancy_moves_to_open_rooms();
CREATE TRIGGER campus_step_run_stands BEFORE UPDATE ON campus_step_run
    FOR EACH ROW WHEN (OLD.state = 'done' AND NOT OLD.is_rehearsal) EXECUTE FUNCTION campus_step_run_stands();
CREATE TRIGGER campus_room_import_is_undone_by_a_third BEFORE UPDATE ON campus_room_import
    FOR EACH ROW WHEN (NEW.state = 'undone' AND OLD.state <> 'undone') EXECUTE FUNCTION kernel_undone_by_a_third('campus_room_rollback');
CREATE TRIGGER campus_room_rollback_is_kept BEFORE DELETE ON campus_room_rollback
    FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change();
CREATE TRIGGER campus_room_rollback_keeps_what_was_decided BEFORE UPDATE ON campus_room_rollback
    FOR EACH ROW WHEN (OLD.state <> 'asked' OR (OLD.batch_id, OLD.reason, OLD.author_id) IS DISTINCT FROM (NEW.batch_id, NEW.reason, NEW.author_id))
    EXECUTE FUNCTION kernel_refuse_change();
