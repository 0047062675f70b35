-- Entries that answer to one of the ways in which it was asked (the words themselves, then each synonym), for whom they are for; of each source
-- the best few. An exact title counts four, its beginning two, being in the title one. Of a word that thousands hold (申请) a source is asked for
-- some titles that begin with it and some hundreds that have it: nobody reads further.
WITH wanted AS (
    SELECT text, string_to_array(text, ' ') AS words, string_to_array(grams, ' ') AS grams
      FROM unnest(%(texts)s::text[], %(grams)s::text[]) AS given (text, grams)
), found AS (
    SELECT e.id, max(4 * (w.text IN (e.folded, e.folded_en))::int
           + 2 * (starts_with(e.folded, w.text) OR starts_with(e.folded_en, w.text))::int
           + (position(w.text IN e.folded) > 0 OR position(w.text IN e.folded_en) > 0)::int) AS score
      FROM wanted w
     CROSS JOIN unnest(%(sources)s::text[]) AS asked (source)
     CROSS JOIN LATERAL (
        (SELECT e.id, e.folded, e.folded_en
           FROM portal_search_entry e
          WHERE e.source = asked.source AND e.folded ~>=~ w.text AND e.folded ~<~ (w.text || U&'\+10FFFF')
            AND (e.faces = '{}' OR e.faces && %(faces)s::text[])
            AND (e.roles = '{}' OR e.roles && %(roles)s::text[])
            AND (e.unit_ids = '{}' OR e.unit_ids && %(units)s::bigint[])
          ORDER BY e.folded USING ~<~
          LIMIT %(begin)s)
        UNION ALL
        (SELECT e.id, e.folded, e.folded_en
           FROM portal_search_entry e
          WHERE e.source = asked.source AND e.folded_en ~>=~ w.text AND e.folded_en ~<~ (w.text || U&'\+10FFFF')
            AND (e.faces = '{}' OR e.faces && %(faces)s::text[])
            AND (e.roles = '{}' OR e.roles && %(roles)s::text[])
            AND (e.unit_ids = '{}' OR e.unit_ids && %(units)s::bigint[])
          ORDER BY e.folded_en USING ~<~
          LIMIT %(begin)s)
        UNION ALL
        (SELECT e.id, e.folded, e.folded_en
           FROM portal_search_entry e
          WHERE e.grams @> (w.grams || ('§' || asked.source))
            AND NOT EXISTS (SELECT FROM unnest(w.words) AS word WHERE position(word IN e.searched) = 0)
            AND (e.faces = '{}' OR e.faces && %(faces)s::text[])
            AND (e.roles = '{}' OR e.roles && %(roles)s::text[])
            AND (e.unit_ids = '{}' OR e.unit_ids && %(units)s::bigint[])
          LIMIT %(hold)s)
     ) e
     GROUP BY e.id
), ranked AS (
    SELECT e.source, e.object_key, e.title, e.title_en, e.detail, e.detail_en, e.url, e.icon, f.score,
           row_number() OVER (PARTITION BY e.source ORDER BY f.score DESC, length(e.title), e.title) AS nth
      FROM found f JOIN portal_search_entry e USING (id)
)
SELECT source, object_key, CASE WHEN %(english)s AND title_en <> '' THEN title_en ELSE title END,
       CASE WHEN %(english)s THEN detail_en ELSE detail END, url, icon, score
  FROM ranked
 WHERE nth <= %(limit)s
 ORDER BY score DESC, length(title), title
