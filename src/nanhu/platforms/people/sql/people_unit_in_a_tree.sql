-- A unit is part of none that is part of it: who is above whom would have no end.
CREATE OR REPLACE FUNCTION people_unit_in_a_tree() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    above bigint;
    seen bigint[] := ARRAY[NEW.id];
BEGIN
    SELECT u.parent_id INTO above FROM people_org_unit u WHERE u.id = NEW.id;
    WHILE above IS NOT NULL LOOP
        IF above = ANY(seen) THEN
            RAISE EXCEPTION 'unit % is above itself', NEW.code USING ERRCODE = 'check_violation';
        END IF;
        seen := seen || above;
        SELECT u.parent_id INTO above FROM people_org_unit u WHERE u.id = above;
    END LOOP;
    RETURN NULL;
END
$$;
