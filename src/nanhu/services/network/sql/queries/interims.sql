-- Interims that change nothing but the counters of a session on line and its last moment, all in one transaction; which of them those
-- were. The others, of which more is to be said or whose session somebody is at, are `network_account`'s.
WITH told AS (
    SELECT r.* FROM ROWS FROM (json_to_recordset($1::json) AS (
        nas inet, identifier text, sid text, classes text[], station text, addresses inet[], ap text, in_octets bigint, out_octets bigint,
        happened timestamptz, application text)) WITH ORDINALITY AS r (
        nas, identifier, sid, classes, station, addresses, ap, ins, outs, happened, application, n)
), found AS MATERIALIZED (
    SELECT s.id, s.nas_id, r.n, r.ins, r.outs, r.happened, r.addresses,
           (extract(epoch FROM r.happened) * 1000000)::bigint * 8 + network_told_kind(r.addresses[1]) AS told,
           (d.last_heard_at IS NULL OR d.last_heard_at < now() - interval '1 minute') AS is_due
      FROM told r
      JOIN network_nas d ON d.address = r.nas AND d.withdrawn_at IS NULL AND d.identifier IN ('', r.identifier)
      JOIN network_session s ON s.nas_id = d.id AND s.sid = r.sid
      JOIN network_grant g ON g.id = s.grant_id
     WHERE r.application = ANY (d.applications)
       AND (d.identifier = r.identifier OR NOT EXISTS (SELECT FROM network_nas o WHERE o.address = r.nas AND o.withdrawn_at IS NULL AND o.identifier = r.identifier AND o.id <> d.id))
       AND s.application = r.application AND s.stopped_at IS NULL AND s.closing_at IS NULL AND s.note IN ('', 'fallback')
       AND g.ended_at IS NULL AND (r.classes = '{}' OR g.code = ANY (r.classes))
       AND r.station IN ('', s.station) AND (r.addresses = '{}' OR r.addresses = s.addresses) AND r.ap IN ('', s.ap) AND r.happened >= s.updated_at
       AND s.updated_at >= date_trunc('hour', now()) - interval '2 hours'  -- else hours that were summed up before are told of
       FOR UPDATE OF s SKIP LOCKED
), written AS (
    UPDATE network_session s SET updated_at = f.happened, unlisted_at = NULL,
           active_at = network_active_at(s.active_at, s.updated_at, s.in_octets + s.out_octets, f.happened, f.ins + f.outs),
           in_octets = greatest(s.in_octets, f.ins), out_octets = greatest(s.out_octets, f.outs),
           reports = CASE WHEN f.addresses = '{}' THEN s.reports
                         WHEN cardinality(f.addresses) = 1 AND f.told > coalesce(s.reports[cardinality(s.reports)], 0)
                             THEN (s.reports || f.told)[greatest(1, cardinality(s.reports) - 46):]
                         ELSE network_reports_with(s.reports, f.addresses, f.happened) END
      FROM found f WHERE s.id = f.id RETURNING f.n
), heard AS (
    UPDATE network_nas n SET last_heard_at = now() WHERE n.id IN (
        SELECT d.id FROM network_nas d WHERE d.id = ANY (ARRAY(SELECT f.nas_id FROM found f WHERE f.is_due)) FOR UPDATE SKIP LOCKED)
)
SELECT coalesce(string_agg(n::text, ','), '') FROM written
