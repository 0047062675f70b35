-- What was on the list and what was seen stays as it was; a count goes its way; a signed result stays.

CREATE TRIGGER assets_count_row_is_kept BEFORE UPDATE OR DELETE ON assets_count_row
    FOR EACH ROW EXECUTE FUNCTION assets_refuse('what was seen stays');

CREATE TRIGGER assets_count_item_is_kept BEFORE UPDATE OR DELETE ON assets_count_item
    FOR EACH ROW EXECUTE FUNCTION assets_refuse('the list stays as it was opened');

CREATE TRIGGER assets_stock_take_is_kept BEFORE DELETE ON assets_stock_take
    FOR EACH ROW EXECUTE FUNCTION assets_refuse('counts are never removed');

CREATE TRIGGER assets_stock_take_goes_its_way BEFORE UPDATE ON assets_stock_take
    FOR EACH ROW WHEN (
        (OLD.unit_id, OLD.author_id, OLD.public_id) IS DISTINCT FROM (NEW.unit_id, NEW.author_id, NEW.public_id)
        OR NEW.round NOT IN (OLD.round, OLD.round + 1)
        OR (OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (
            ('planned', 'open'), ('planned', 'dropped'), ('open', 'counted'), ('counted', 'open'), ('counted', 'closed'))))
    EXECUTE FUNCTION assets_refuse('a count goes its way');

CREATE TRIGGER assets_count_result_is_kept BEFORE DELETE ON assets_count_result
    FOR EACH ROW EXECUTE FUNCTION assets_refuse('results are never removed');

CREATE TRIGGER assets_count_result_is_signed_once BEFORE UPDATE ON assets_count_result
    FOR EACH ROW WHEN (OLD.state <> 'asked' OR (OLD.take_id, OLD.author_id, OLD.figures) IS DISTINCT FROM (NEW.take_id, NEW.author_id, NEW.figures))
    EXECUTE FUNCTION assets_refuse('a result is signed once, as it was asked');
