-- When venues are free: opening ∩ notice ∖ occupancy, as the hours that may be booked. What a booking holds around its hours (set-up,
-- clear-up) is taken off on both sides of whoever stands there. All that offers hours asks this, and all that books them. `bookable`: the
-- same without occupancy, what may be waited for.
CREATE OR REPLACE FUNCTION venues_free(venues bigint[], since timestamptz, until timestamptz, moment timestamptz)
RETURNS TABLE (venue_id bigint, free tstzmultirange, bookable tstzmultirange) LANGUAGE sql STABLE AS $$
    SELECT v.id, may.spans - coalesce(held.spans, '{}'), may.spans
    FROM venues_venue v
    CROSS JOIN LATERAL (
        SELECT (moment AT TIME ZONE 'Asia/Shanghai')::date AS today
    ) here
    CROSS JOIN LATERAL (
        SELECT CASE WHEN v.notice_days = 0 THEN moment ELSE (here.today + v.notice_days)::timestamp AT TIME ZONE 'Asia/Shanghai' END AS first,
            (here.today + v.ahead_days + 1)::timestamp AT TIME ZONE 'Asia/Shanghai' AS last
    ) bound
    LEFT JOIN LATERAL (
        SELECT range_agg(tstzrange(
            (day + make_interval(mins => o.opens)) AT TIME ZONE 'Asia/Shanghai', (day + make_interval(mins => o.closes)) AT TIME ZONE 'Asia/Shanghai'
        )) AS spans
        FROM venues_opening o
        JOIN generate_series(
            ((since AT TIME ZONE 'Asia/Shanghai')::date)::timestamp, ((until AT TIME ZONE 'Asia/Shanghai')::date)::timestamp, interval '1 day'
        ) day ON o.during @> day::date AND o.weekday = extract(isodow FROM day)
        WHERE o.venue_id = v.id
    ) opened ON true
    CROSS JOIN LATERAL (
        SELECT CASE WHEN v.withdrawn_at IS NULL AND v.room_id NOT IN (SELECT c.id FROM campus_closed() c)
            THEN coalesce(opened.spans, '{}') * tstzmultirange(tstzrange(greatest(since, bound.first), greatest(since, bound.first, least(until, bound.last))))
            ELSE '{}'
        END AS spans
    ) may
    LEFT JOIN LATERAL (
        SELECT range_agg(tstzrange(
            lower(h.during) - make_interval(mins => coalesce(v.turnover, v.clear_up)),
            upper(h.during) + make_interval(mins => CASE WHEN v.turnover IS NULL THEN v.set_up WHEN h.source IN ('venues.booking', 'venues.waiting', 'venues.draw') THEN 0 ELSE v.turnover END)
        )) AS spans
        FROM campus_held h
        WHERE h.room_id = v.room_id AND h.during && tstzrange(since - interval '4 hours', until + interval '4 hours')
    ) held ON true
    WHERE v.id = ANY (venues)
$$;
