-- Where nothing answers: titles whose pinyin begins with one of the texts that what was typed is a slip of ("xiaoyuanak": xiaoyuanka).
SELECT source, object_key, CASE WHEN %(english)s::boolean AND title_en <> '' THEN title_en ELSE title END,
       CASE WHEN %(english)s::boolean THEN detail_en ELSE detail END, url, icon, 0
  FROM portal_search_entry
 WHERE id IN (
    SELECT e.id
      FROM unnest(%(texts)s::text[]) AS meant
     CROSS JOIN LATERAL (
         SELECT id FROM portal_search_entry e
          WHERE e.pinyin ~>=~ meant AND e.pinyin ~<~ (meant || U&'\+10FFFF')
            AND [for_whom]
          ORDER BY e.pinyin USING ~<~
          LIMIT %(limit)s::int) e
    )
 ORDER BY length(title), title
 LIMIT %(limit)s::int
