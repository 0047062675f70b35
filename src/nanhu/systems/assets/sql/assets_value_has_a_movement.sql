-- A month that is past is closed by what movements say of a card: its value never changes without one.
CREATE OR REPLACE FUNCTION assets_value_has_a_movement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM assets_asset a
          CROSS JOIN LATERAL (SELECT m.value_fen, m.carried_fen FROM assets_movement m WHERE m.asset_id = a.id ORDER BY m.at DESC, m.id DESC LIMIT 1) last
         WHERE a.id = NEW.id AND (a.value_fen, a.carried_fen) = (last.value_fen, last.carried_fen)) THEN
        RAISE EXCEPTION 'assets: the value of % changed without a movement', NEW.number USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
