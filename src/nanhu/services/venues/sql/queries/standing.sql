-- How many bookings of somebody are still to come, and to how many since a day he did not come or cancelled too late.
SELECT count(*) FILTER (WHERE b.state = ANY (%(living)s) AND b.ends_at > %(moment)s),
       count(*) FILTER (WHERE (b.state = 'no_show' OR b.is_late_cancel) AND b.begins_at >= %(since)s)
FROM venues_booking b JOIN venues_application a ON a.id = b.application_id
WHERE a.person_id = %(person)s
