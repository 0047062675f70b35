-- Straight line, no residual value: month k of n is floor(base·k/n) − floor(base·(k−1)/n), so that the sum is exact. From the month of
-- putting into use until the month before disposal. What is missing up to `until` is added, named by its own month, in one statement.
-- A month belongs to the unit that had the thing at its end: where it was transferred later, to the giver of the first transfer after it.
CREATE OR REPLACE FUNCTION assets_depreciate(until date, booked date) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    added bigint;
BEGIN
    INSERT INTO assets_depreciation (asset_id, month, booked_in, unit_id, fen)
    SELECT a.id, m.month, booked,
           CASE WHEN NOT given.away THEN a.unit_id ELSE coalesce((SELECT v.from_unit_id
                       FROM assets_movement v
                      WHERE v.asset_id = a.id AND v.kind = 'transferred'
                        AND v.at >= (m.month + interval '1 month') AT TIME ZONE 'Asia/Shanghai'
                      ORDER BY v.at LIMIT 1), a.unit_id) END,
           p.base_fen * m.k / p.months - p.base_fen * (m.k - 1) / p.months
      FROM assets_asset a
      JOIN assets_plan p ON p.asset_id = a.id
     CROSS JOIN LATERAL (SELECT max(d.month) AS month FROM assets_depreciation d WHERE d.asset_id = a.id) last
     CROSS JOIN LATERAL (
            SELECT EXISTS (SELECT FROM assets_movement v WHERE v.asset_id = a.id AND v.kind = 'transferred') AS away) given
     CROSS JOIN LATERAL (
            SELECT g.k, (p.from_month + make_interval(months => g.k - 1))::date AS month
              FROM generate_series(
                    greatest(1, assets_months_between(p.from_month, last.month) + 2),
                    least(p.months,
                          assets_months_between(p.from_month, until) + 1,
                          assets_months_between(p.from_month, p.until_month),
                          assets_months_between(p.from_month, a.disposed_on))) AS g (k)) m
     WHERE a.state <> 'void'
        ON CONFLICT (asset_id, month) DO NOTHING;
    GET DIAGNOSTICS added = ROW_COUNT;
    RETURN added;
END $$;
