-- No list reaches into a network of the machine room, whichever of the two comes first: both wait for one another.
CREATE OR REPLACE FUNCTION network_reach_keep_closed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    today date := (now() AT TIME ZONE 'Asia/Shanghai')::date;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('network_reach.networks', 0));
    IF TG_TABLE_NAME = 'network_reach_list' THEN
        IF EXISTS (SELECT 1 FROM unnest(NEW.networks) AS one WHERE masklen(one::cidr) < CASE family(one::cidr) WHEN 4 THEN 8 ELSE 32 END) THEN
            RAISE EXCEPTION 'network_reach_too_wide' USING ERRCODE = 'check_violation';
        END IF;
        -- IPv6 that stands for an IPv4 address meets no network of the machine room, and leads there all the same
        IF EXISTS (SELECT 1 FROM unnest(NEW.networks) AS one, unnest(ARRAY['::/32', '64:ff9b::/32', '2002::/16', '2001::/32']::cidr[]) AS stands_in
                    WHERE one::cidr && stands_in) THEN
            RAISE EXCEPTION 'network_reach_stands_in' USING ERRCODE = 'check_violation';
        END IF;
        IF (NEW.ends_on IS NULL OR NEW.ends_on >= today) AND EXISTS (
            SELECT 1 FROM unnest(NEW.networks) AS one
              JOIN network_reach_closed_network AS closed ON closed.removed_at IS NULL AND closed.network::cidr && one::cidr
        ) THEN
            RAISE EXCEPTION 'network_reach_into_closed' USING ERRCODE = 'check_violation';
        END IF;
    ELSIF EXISTS (
        SELECT 1 FROM network_reach_list AS list, unnest(list.networks) AS one
         WHERE list.withdrawn_at IS NULL AND (list.ends_on IS NULL OR list.ends_on >= today)
           AND one::cidr && NEW.network::cidr
    ) THEN
        RAISE EXCEPTION 'network_reach_into_closed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
