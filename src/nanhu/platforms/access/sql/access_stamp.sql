-- Of what lists are made, besides what issuers count: another stamp, another list. Each ten minutes it is another one anyhow, for
-- what is not counted here.
CREATE OR REPLACE FUNCTION access_stamp(moment timestamptz) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT concat_ws('.', floor(extract(epoch FROM moment) / 600)::bigint,
        (SELECT concat_ws('-', count(*), max(r.id), count(r.withdrawn_at)) FROM access_rule r),
        campus_stamp(), people_stamp())
$$;
