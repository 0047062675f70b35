-- What the rules say of a right on a day: the sub-class's own rule, else its class's, NULL where none speaks (the school's
-- default holds then). Evaluated when asked, never copied to cards: a change reaches every holder with its commit.
CREATE OR REPLACE FUNCTION card_right_rule_says(its_class text, its_sub_class text, wanted text, on_day date) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT r.is_allowed FROM card_right_rule r
    WHERE r.card_class = its_class AND r.sub_class IN ('', its_sub_class) AND r."right" = wanted AND r.withdrawn_at IS NULL
      AND r.starts_on <= on_day AND (r.ends_on IS NULL OR r.ends_on >= on_day)
    ORDER BY r.sub_class <> '' DESC LIMIT 1
$$;
