"""The one search (统一搜索): what rooms register is found by name, pinyin, initials, synonyms and in spite of a slip."""
