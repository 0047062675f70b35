-- Lists of water and power keep what was approved; a share is taken from an approved list only, and again only once it waits anew; each split adds up.

CREATE TRIGGER dormitory_room_list_is_kept BEFORE DELETE ON dormitory_room_list
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('lists are never removed');

CREATE TRIGGER dormitory_room_list_keeps_what_was_made BEFORE UPDATE ON dormitory_room_list
    FOR EACH ROW WHEN (
        (OLD.token, OLD.title, OLD.room_count, OLD.share_count, OLD.sum_fen, OLD.author_id)
            IS DISTINCT FROM
        (NEW.token, NEW.title, NEW.room_count, NEW.share_count, NEW.sum_fen, NEW.author_id)
        OR (OLD.approver_id IS NOT NULL AND OLD.approver_id IS DISTINCT FROM NEW.approver_id)
        OR (OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (
            ('checked', 'submitted'), ('checked', 'refused'), ('checked', 'discarded'), ('submitted', 'discarded'), ('submitted', 'posting'),
            ('submitted', 'refused'), ('posting', 'posted'), ('posted', 'posting'), ('posted', 'returning'),
            ('returning', 'returned'))))
    EXECUTE FUNCTION ledger_refuse('a list is approved as it was made');

CREATE TRIGGER dormitory_room_list_is_undone_by_a_third BEFORE UPDATE ON dormitory_room_list
    FOR EACH ROW WHEN (NEW.state = 'returning' AND OLD.state <> 'returning') EXECUTE FUNCTION kernel_undone_by_a_third('dormitory_room_rollback');

CREATE TRIGGER dormitory_room_rollback_is_kept BEFORE DELETE ON dormitory_room_rollback
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('roll-backs are never removed');

CREATE TRIGGER dormitory_room_rollback_keeps_what_was_decided BEFORE UPDATE ON dormitory_room_rollback
    FOR EACH ROW WHEN (OLD.state <> 'asked' OR (OLD.batch_id, OLD.reason, OLD.author_id) IS DISTINCT FROM (NEW.batch_id, NEW.reason, NEW.author_id))
    EXECUTE FUNCTION ledger_refuse('a roll-back stays as it was asked and decided');

CREATE TRIGGER dormitory_room_bill_is_kept BEFORE DELETE ON dormitory_room_bill
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('bills are never removed');

CREATE TRIGGER dormitory_room_bill_keeps_what_was_made BEFORE UPDATE ON dormitory_room_bill
    FOR EACH ROW WHEN (
        (OLD.room_list_id, OLD.building, OLD.room, OLD.item, OLD.month, OLD.amount_fen)
            IS DISTINCT FROM
        (NEW.room_list_id, NEW.building, NEW.room, NEW.item, NEW.month, NEW.amount_fen)
        OR (NEW.is_waiting AND NOT OLD.is_waiting)
        OR OLD.released_at IS NOT NULL)
    EXECUTE FUNCTION ledger_refuse('a bill stays as it was approved, and is released once');

CREATE TRIGGER dormitory_room_share_is_kept BEFORE DELETE ON dormitory_room_share
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('shares are never removed');

CREATE TRIGGER dormitory_room_share_is_taken_once BEFORE UPDATE ON dormitory_room_share
    FOR EACH ROW WHEN (
        (OLD.room_list_id, OLD.bill_id, OLD.person_id, OLD.amount_fen, OLD.line)
            IS DISTINCT FROM (NEW.room_list_id, NEW.bill_id, NEW.person_id, NEW.amount_fen, NEW.line)
        OR (OLD.charge_id IS NOT NULL AND OLD.charge_id IS DISTINCT FROM NEW.charge_id)
        OR (OLD.state = 'taken' AND NEW.state <> 'waiting'))
    EXECUTE FUNCTION ledger_refuse('a share is taken once, as it was approved');

CREATE TRIGGER dormitory_room_share_of_an_approved_list BEFORE INSERT OR UPDATE ON dormitory_room_share
    FOR EACH ROW WHEN (NEW.state = 'taken') EXECUTE FUNCTION dormitory_room_share_of_an_approved_list();

CREATE CONSTRAINT TRIGGER dormitory_room_bill_adds_up AFTER INSERT ON dormitory_room_bill DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION dormitory_room_bill_adds_up();

CREATE CONSTRAINT TRIGGER dormitory_room_list_adds_up AFTER INSERT ON dormitory_room_list DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION dormitory_room_list_adds_up();

CREATE TRIGGER dormitory_room_list_still_adds_up AFTER UPDATE ON dormitory_room_list
    FOR EACH ROW WHEN (OLD.state = 'submitted' AND NEW.state = 'posting') EXECUTE FUNCTION dormitory_room_list_adds_up();

CREATE TRIGGER dormitory_room_share_of_a_new_list BEFORE INSERT ON dormitory_room_share
    FOR EACH ROW EXECUTE FUNCTION dormitory_room_share_of_a_new_list();
