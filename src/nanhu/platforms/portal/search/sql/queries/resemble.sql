-- Where nothing answers: titles whose pinyin resembles what was typed ("xiaoyuanak", 小元卡).
SELECT e.source, e.object_key, CASE WHEN %(english)s::boolean AND e.title_en <> '' THEN e.title_en ELSE e.title END,
       CASE WHEN %(english)s::boolean THEN e.detail_en ELSE e.detail END, e.url, e.icon, 0
  FROM portal_search_entry e
 WHERE e.pinyin %%> %(pinyin)s::text
   AND [for_whom]
 ORDER BY word_similarity(%(pinyin)s::text, e.pinyin) DESC, e.title
 LIMIT %(limit)s::int
