CREATE OR REPLACE FUNCTION card_day(moment timestamptz) RETURNS date LANGUAGE sql IMMUTABLE AS $$
    SELECT (moment AT TIME ZONE 'Asia/Shanghai')::date
$$;
