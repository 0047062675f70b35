-- Lists of water and power keep what was approved; a share is taken once, from an approved list only; each split adds up.

CREATE TRIGGER card_room_list_is_kept BEFORE DELETE ON card_room_list
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('lists are never removed');
CREATE TRIGGER card_room_list_keeps_what_was_made BEFORE UPDATE ON card_room_list
    FOR EACH ROW WHEN (
        (OLD.token, OLD.title, OLD.room_count, OLD.share_count, OLD.sum_fen, OLD.author_id)
            IS DISTINCT FROM
        (NEW.token, NEW.title, NEW.room_count, NEW.share_count, NEW.sum_fen, NEW.author_id)
        OR (OLD.approver_id IS NOT NULL AND OLD.approver_id IS DISTINCT FROM NEW.approver_id)
        OR (OLD.granter_id IS NOT NULL AND (OLD.granter_id, OLD.asker_id) IS DISTINCT FROM (NEW.granter_id, NEW.asker_id))
        OR (OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (
            ('checked', 'submitted'), ('checked', 'discarded'), ('submitted', 'discarded'), ('submitted', 'posting'),
            ('submitted', 'refused'), ('posting', 'posted'), ('posted', 'posting'), ('posted', 'asked_back'),
            ('asked_back', 'posted'), ('asked_back', 'returning'), ('returning', 'returned'))))
    EXECUTE FUNCTION ledger_refuse('a list is approved as it was made');

CREATE TRIGGER card_room_bill_is_kept BEFORE DELETE ON card_room_bill
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('bills are never removed');
CREATE TRIGGER card_room_bill_keeps_what_was_made BEFORE UPDATE ON card_room_bill
    FOR EACH ROW WHEN (
        (OLD.room_list_id, OLD.building, OLD.room, OLD.item, OLD.month, OLD.amount_fen)
            IS DISTINCT FROM
        (NEW.room_list_id, NEW.building, NEW.room, NEW.item, NEW.month, NEW.amount_fen)
        OR OLD.released_at IS NOT NULL)
    EXECUTE FUNCTION ledger_refuse('a bill stays as it was approved, and is released once');

CREATE TRIGGER card_room_share_is_kept BEFORE DELETE ON card_room_share
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse('shares are never removed');
CREATE TRIGGER card_room_share_is_taken_once BEFORE UPDATE ON card_room_share
    FOR EACH ROW WHEN (
        (OLD.room_list_id, OLD.bill_id, OLD.wallet_id, OLD.amount_fen, OLD.line)
            IS DISTINCT FROM (NEW.room_list_id, NEW.bill_id, NEW.wallet_id, NEW.amount_fen, NEW.line)
        OR OLD.state = 'taken')
    EXECUTE FUNCTION ledger_refuse('a share is taken once, as it was approved');

CREATE FUNCTION card_room_share_of_an_approved_list() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM card_room_list l JOIN card_room_bill b ON b.room_list_id = l.id
        WHERE l.id = NEW.room_list_id AND l.state = 'posting' AND b.id = NEW.bill_id AND b.released_at IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a share is taken from an approved list only' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER card_room_share_of_an_approved_list BEFORE INSERT OR UPDATE ON card_room_share
    FOR EACH ROW WHEN (NEW.state = 'taken') EXECUTE FUNCTION card_room_share_of_an_approved_list();

CREATE FUNCTION card_room_bill_adds_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT coalesce(sum(s.amount_fen), 0) FROM card_room_share s WHERE s.bill_id = NEW.id AND s.room_list_id = NEW.room_list_id)
            <> NEW.amount_fen THEN
        RAISE EXCEPTION 'the shares of a bill add up to it' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER card_room_bill_adds_up AFTER INSERT ON card_room_bill DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION card_room_bill_adds_up();

CREATE FUNCTION card_room_list_adds_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    fen bigint; shares bigint;
BEGIN
    SELECT coalesce(sum(s.amount_fen), 0), count(*) INTO fen, shares FROM card_room_share s WHERE s.room_list_id = NEW.id;
    IF (fen, shares, (SELECT count(*) FROM card_room_bill b WHERE b.room_list_id = NEW.id))
            IS DISTINCT FROM (NEW.sum_fen, NEW.share_count::bigint, NEW.room_count::bigint) THEN
        RAISE EXCEPTION 'the bills of a list add up to it' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER card_room_list_adds_up AFTER INSERT ON card_room_list DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION card_room_list_adds_up();
CREATE TRIGGER card_room_list_still_adds_up AFTER UPDATE ON card_room_list
    FOR EACH ROW WHEN (OLD.state = 'submitted' AND NEW.state = 'posting') EXECUTE FUNCTION card_room_list_adds_up();
-- and from then on nothing may be added.
CREATE FUNCTION card_room_share_of_a_new_list() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM card_room_list l WHERE l.id = NEW.room_list_id AND l.state = 'checked';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'nothing is added to a list that somebody looked at' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER card_room_share_of_a_new_list BEFORE INSERT ON card_room_share
    FOR EACH ROW EXECUTE FUNCTION card_room_share_of_a_new_list();

-- Shares that the wallet of this moment would not bear, taken in the order in which they are posted.
CREATE FUNCTION card_room_shortfalls(list bigint) RETURNS TABLE (share_id bigint) LANGUAGE sql STABLE AS $$
    SELECT s.id FROM (
        SELECT w.id, w.wallet_id, sum(w.amount_fen) OVER (PARTITION BY w.wallet_id ORDER BY w.id) AS needed
        FROM card_room_share w WHERE w.room_list_id = list AND w.state = 'waiting'
    ) s JOIN ledger_balance b ON b.account_id = s.wallet_id WHERE s.needed > b.balance_fen
$$;
