-- What is in a lot stays in it. What it lost is written anew while the lot is agreed; it is let go once, when the lot is refused.
CREATE OR REPLACE FUNCTION assets_disposal_line_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.released_at IS NULL
        AND (OLD.disposal_id, OLD.asset_id, OLD.value_fen) IS NOT DISTINCT FROM (NEW.disposal_id, NEW.asset_id, NEW.value_fen)
        AND (OLD.accumulated_fen = NEW.accumulated_fen
             OR EXISTS (SELECT FROM assets_disposal d WHERE d.id = OLD.disposal_id AND d.state = 'asked')) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'assets: a line of a lot stays as it was' USING ERRCODE = 'integrity_constraint_violation';
END $$;
