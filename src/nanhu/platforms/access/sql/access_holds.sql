-- A rule's times on the wall clock of the campus; over midnight it belongs to the day it begins.
CREATE OR REPLACE FUNCTION access_holds(weekdays integer, from_time time, until_time time, starts_on date, ends_on date, at timestamp)
RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN from_time < until_time AND (at::time < from_time OR at::time >= until_time) THEN false
                WHEN from_time > until_time AND at::time >= until_time AND at::time < from_time THEN false
                ELSE d.day >= starts_on AND (ends_on IS NULL OR d.day <= ends_on)
                     AND weekdays >> (extract(isodow FROM d.day)::integer - 1) & 1 = 1 END
    FROM (SELECT at::date - CASE WHEN from_time > until_time AND at::time < until_time THEN 1 ELSE 0 END AS day) AS d
$$;
