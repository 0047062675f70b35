-- Entries that answer to one of the ways in which it was asked (the words themselves, then each synonym), for whom they are for; of each source
-- the best few. An exact title counts four, its beginning two, being in the title one. Of a word that thousands hold (申请) a source is asked for
-- some titles that begin with it and some hundreds that have it: nobody reads further.
WITH RECURSIVE wanted AS (
    SELECT text, string_to_array(text, ' ') AS words, string_to_array(grams, ' ') AS grams
      FROM unnest(%(texts)s::text[], %(grams)s::text[]) AS given (text, grams)
), sources (source) AS (
    (SELECT source FROM portal_search_entry ORDER BY source USING ~<~ LIMIT 1)
    UNION ALL
    SELECT (SELECT e.source FROM portal_search_entry e WHERE e.source ~>~ s.source ORDER BY e.source USING ~<~ LIMIT 1)
      FROM sources s WHERE s.source IS NOT NULL
), found AS (
    SELECT e.id, w.text
      FROM wanted w
     CROSS JOIN sources s
     CROSS JOIN LATERAL (
        (SELECT e.id
           FROM portal_search_entry e
          WHERE e.source = s.source AND e.folded ~>=~ w.text AND e.folded ~<~ (w.text || U&'\+10FFFF')
            AND [for_whom]
          ORDER BY e.folded USING ~<~
          LIMIT %(begin)s::int)
        UNION ALL
        (SELECT e.id
           FROM portal_search_entry e
          WHERE e.source = s.source AND e.folded_en ~>=~ w.text AND e.folded_en ~<~ (w.text || U&'\+10FFFF')
            AND [for_whom]
          ORDER BY e.folded_en USING ~<~
          LIMIT %(begin)s::int)
        UNION ALL
        (WITH held AS MATERIALIZED ( -- planned by itself: for a few rows of many one would read the whole table
            SELECT e.id
              FROM portal_search_entry e
             WHERE e.grams @> (w.grams || ('§' || s.source))
               AND NOT EXISTS (SELECT FROM unnest(w.words) AS word WHERE position(word IN e.searched) = 0)
               AND [for_whom]
        ) SELECT id FROM held LIMIT %(hold)s::int)
     ) e
), scored AS (
    SELECT DISTINCT ON (f.id) e.*, 4 * (f.text IN (e.folded, e.folded_en))::int
           + 2 * (starts_with(e.folded, f.text) OR starts_with(e.folded_en, f.text))::int
           + (position(f.text IN e.folded) > 0 OR position(f.text IN e.folded_en) > 0)::int AS score
      FROM found f
     CROSS JOIN LATERAL ( -- one by one: a few of many
        SELECT source, object_key, title, title_en, detail, detail_en, url, icon, folded, folded_en
          FROM portal_search_entry WHERE id = f.id OFFSET 0) e
     ORDER BY f.id, score DESC
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY source ORDER BY score DESC, length(title), title) AS nth FROM scored
)
SELECT source, object_key, CASE WHEN %(english)s::boolean AND title_en <> '' THEN title_en ELSE title END,
       CASE WHEN %(english)s::boolean THEN detail_en ELSE detail END, url, icon, score
  FROM ranked
 WHERE nth <= %(limit)s::int
 ORDER BY score DESC, length(title), title
