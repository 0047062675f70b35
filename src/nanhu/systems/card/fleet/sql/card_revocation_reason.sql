CREATE OR REPLACE FUNCTION card_revocation_reason(state text, valid_until date) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN state <> 'issued' THEN state
                WHEN valid_until < (now() AT TIME ZONE 'Asia/Shanghai')::date THEN 'expired' END
$$;
