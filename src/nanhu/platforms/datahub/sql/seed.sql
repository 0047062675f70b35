-- The house's limits of the gate, for all sources: thousandths at amber and at red, and people at amber.
INSERT INTO datahub_gate_limit
    (public_id, source, measure, amber, red, amber_rows, starts_on, reason, created_by_name, created_at, withdrawn_by_name)
SELECT gen_random_uuid(), '', measure, amber, red, amber_rows, '2000-01-01', '随程序附带', 'system:datahub.gate', now(), ''
FROM (VALUES
    ('gone', 20, 100, 50), ('new', 300, 800, NULL), ('name', 5, 50, NULL), ('ended', 20, 200, NULL),
    ('changed', 200, 500, NULL), ('refused', 50, 300, NULL), ('birth', 5, 50, NULL), ('identity', 10, 50, NULL),
    ('cleared', 100, 500, NULL), ('heading', 0, 1000, NULL)
) AS house (measure, amber, red, amber_rows);

-- How many days landing rows are kept that no value comes from.
INSERT INTO datahub_keep_rule
    (public_id, what, days, starts_on, reason, created_by_name, created_at, withdrawn_by_name)
SELECT gen_random_uuid(), what, days, '2000-01-01', '随程序附带', 'system:datahub.prune_rows', now(), ''
FROM (VALUES ('no_effect', 180), ('unchanged', 90)) AS house (what, days);
