-- Whoever closed a day by hand explains none of its differences, and whoever explained one does not close it (services/days.py).
CREATE OR REPLACE FUNCTION payments_day_apart() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM payments_day_close d WHERE d.day = (to_jsonb(NEW) ->> TG_ARGV[0])::date FOR UPDATE;
    IF EXISTS (SELECT FROM payments_day_difference f JOIN payments_day_close d ON d.day = f.close_id
                WHERE d.day = (to_jsonb(NEW) ->> TG_ARGV[0])::date AND f.noted_by_id = ANY (d.closer_ids)) THEN
        RAISE EXCEPTION 'a difference is explained by another than who closed the day: refused'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
