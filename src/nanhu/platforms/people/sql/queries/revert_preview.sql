-- What taking change set %(mine)s back would do, and the later change sets that wrote a value which it wrote:
-- on rows it changed, and on rows it made. What the calendar did follows the dates and stands in nobody's way.
SELECT
    (SELECT count(*) FROM people_person WHERE created_in_id = %(mine)s) AS persons_created,
    (SELECT count(*) FROM people_change WHERE change_set_id = %(mine)s AND entity = 'person') AS persons_changed,
    (SELECT count(*) FROM people_affiliation WHERE created_in_id = %(mine)s AND state <> 'ended') AS affiliations_ended,
    (SELECT count(*) FROM people_change WHERE change_set_id = %(mine)s AND entity = 'affiliation') AS affiliations_changed,
    (SELECT count(*) FROM people_org_unit WHERE created_in_id = %(mine)s AND is_active) AS units_closed,
    (SELECT count(*) FROM people_change, jsonb_object_keys(sources) WHERE change_set_id = %(mine)s) AS values_restored,
    ARRAY(
        SELECT DISTINCT later.id FROM (
            SELECT (row.provenance -> key ->> 'set')::bigint AS id
              FROM people_change change
              CROSS JOIN LATERAL jsonb_object_keys(change.sources) AS key
              JOIN people_person row ON row.id = change.entity_id
             WHERE change.change_set_id = %(mine)s AND change.entity = 'person'
            UNION ALL
            SELECT (row.provenance -> key ->> 'set')::bigint
              FROM people_change change
              CROSS JOIN LATERAL jsonb_object_keys(change.sources) AS key
              JOIN people_affiliation row ON row.id = change.entity_id
             WHERE change.change_set_id = %(mine)s AND change.entity = 'affiliation'
            UNION ALL
            SELECT (row.provenance -> key ->> 'set')::bigint
              FROM people_change change
              CROSS JOIN LATERAL jsonb_object_keys(change.sources) AS key
              JOIN people_org_unit row ON row.id = change.entity_id
             WHERE change.change_set_id = %(mine)s AND change.entity = 'unit'
            UNION ALL
            SELECT (held.value ->> 'set')::bigint
              FROM people_person row CROSS JOIN LATERAL jsonb_each(row.provenance) AS held
             WHERE row.created_in_id = %(mine)s
            UNION ALL
            SELECT (held.value ->> 'set')::bigint
              FROM people_affiliation row CROSS JOIN LATERAL jsonb_each(row.provenance) AS held
             WHERE row.created_in_id = %(mine)s
            UNION ALL
            SELECT (held.value ->> 'set')::bigint
              FROM people_org_unit row CROSS JOIN LATERAL jsonb_each(row.provenance) AS held
             WHERE row.created_in_id = %(mine)s
        ) AS later
        WHERE later.id > %(mine)s
          AND NOT EXISTS (SELECT FROM people_change_set WHERE id = later.id AND kind = 'calendar')
        ORDER BY later.id
    ) AS blockers
