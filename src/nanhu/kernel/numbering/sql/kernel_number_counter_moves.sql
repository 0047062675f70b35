CREATE OR REPLACE FUNCTION kernel_number_counter_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.last <> (CASE WHEN TG_OP = 'INSERT' THEN 1 ELSE OLD.last + 1 END)
        OR (TG_OP = 'UPDATE' AND (NEW.series, NEW.scope) IS DISTINCT FROM (OLD.series, OLD.scope)) THEN
        RAISE EXCEPTION 'series % counts one by one', NEW.series USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
