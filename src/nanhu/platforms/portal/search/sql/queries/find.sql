-- Entries that answer to one of the ways in which it was asked (the words themselves, then each synonym), for whom they are for; of each source
-- the best few. An exact title counts four, its beginning two, being in the title one.
WITH wanted AS (
    SELECT text, string_to_array(text, ' ') AS words, string_to_array(grams, ' ') AS grams
      FROM unnest(%(texts)s::text[], %(grams)s::text[]) AS given (text, grams)
), found AS (
    SELECT e.id, max(4 * (w.text IN (e.folded, e.folded_en))::int
           + 2 * (starts_with(e.folded, w.text) OR starts_with(e.folded_en, w.text))::int
           + (position(w.text IN e.folded) > 0 OR position(w.text IN e.folded_en) > 0)::int) AS score
      FROM wanted w
      JOIN portal_search_entry e ON e.grams @> w.grams
     WHERE NOT EXISTS (SELECT FROM unnest(w.words) AS word WHERE position(word IN e.searched) = 0)
       AND (e.faces = '{}' OR e.faces && %(faces)s::text[])
       AND (e.roles = '{}' OR e.roles && %(roles)s::text[])
       AND (e.unit_ids = '{}' OR e.unit_ids && %(units)s::bigint[])
     GROUP BY e.id
), ranked AS (
    SELECT id, score, row_number() OVER (PARTITION BY e.source ORDER BY score DESC, length(e.title), e.title) AS nth
      FROM found JOIN portal_search_entry e USING (id)
)
SELECT e.source, e.object_key, CASE WHEN %(english)s AND e.title_en <> '' THEN e.title_en ELSE e.title END,
       CASE WHEN %(english)s THEN e.detail_en ELSE e.detail END, e.url, e.icon, r.score
  FROM ranked r JOIN portal_search_entry e USING (id)
 WHERE r.nth <= %(limit)s
 ORDER BY r.score DESC, length(e.title), e.title
