-- The sums of a source's day are those of its batches in effect: thousands a day where a table is followed, of which no page asks.
CREATE OR REPLACE FUNCTION datahub_batch_counts_its_day() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    told record;
BEGIN
    FOR told IN
        SELECT OLD.source, OLD.id, OLD.counts, date(OLD.created_at AT TIME ZONE 'Asia/Shanghai') AS day, -1 AS sign
        WHERE TG_OP <> 'INSERT' AND OLD.state = 'applied'
        UNION ALL
        SELECT NEW.source, NEW.id, NEW.counts, date(NEW.created_at AT TIME ZONE 'Asia/Shanghai'), 1
        WHERE TG_OP <> 'DELETE' AND NEW.state = 'applied'
    LOOP
        INSERT INTO datahub_quality_day AS held (source, day, last, codes, batches, rows, accepted, created, changed, removed, rejected)
        SELECT told.source, told.day, told.id, coalesce(told.counts -> 'codes', '{}'), told.sign, told.sign * coalesce(rows, 0),
            told.sign * coalesce(accepted, 0), told.sign * coalesce(created, 0), told.sign * coalesce(changed, 0),
            told.sign * coalesce(removed, 0), told.sign * coalesce(rejected, 0)
        FROM jsonb_to_record(told.counts)
            AS said (rows bigint, accepted bigint, created bigint, changed bigint, removed bigint, rejected bigint)
        ON CONFLICT (source, day) DO UPDATE SET
            rows = held.rows + excluded.rows,
            accepted = held.accepted + excluded.accepted,
            batches = held.batches + excluded.batches,
            created = held.created + excluded.created,
            changed = held.changed + excluded.changed,
            removed = held.removed + excluded.removed,
            rejected = held.rejected + excluded.rejected,
            last = CASE WHEN told.sign > 0 THEN greatest(held.last, told.id) WHEN held.last > told.id THEN held.last ELSE (
                SELECT max(b.id) FROM datahub_batch b WHERE b.source = told.source AND b.state = 'applied'
                AND date(b.created_at AT TIME ZONE 'Asia/Shanghai') = told.day) END,
            codes = (SELECT coalesce(jsonb_object_agg(code, times), '{}') FROM (
                SELECT code, sum(times) AS times FROM (
                    SELECT code, times::bigint FROM jsonb_each_text(held.codes) AS one (code, times)
                    UNION ALL
                    SELECT code, told.sign * times::bigint FROM jsonb_each_text(excluded.codes) AS one (code, times)
                ) both_of_them GROUP BY code HAVING sum(times) <> 0) merged);
    END LOOP;
    RETURN NULL;
END $$;
