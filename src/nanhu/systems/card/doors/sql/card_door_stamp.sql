-- Of what lists are made: another stamp, another list. Each ten minutes it is another one anyhow, for what is not counted here.
CREATE OR REPLACE FUNCTION card_door_stamp(moment timestamptz) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT concat_ws('.', floor(extract(epoch FROM moment) / 600)::bigint,
        (SELECT concat_ws('-', count(*), max(r.id), count(r.withdrawn_at)) FROM card_door_rule r),
        (SELECT concat_ws('-', count(*), max(r.id), count(r.withdrawn_at)) FROM card_right_rule r),
        (SELECT max(r.version) FROM card_revocation r), (SELECT max(c.id) FROM card_card c),
        (SELECT max(s.id) FROM people_change_set s))
$$;
