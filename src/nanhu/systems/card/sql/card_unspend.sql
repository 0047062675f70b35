CREATE OR REPLACE FUNCTION card_unspend(wallet bigint, moment timestamptz, of_meal smallint, back_fen bigint) RETURNS void LANGUAGE sql AS $$
    UPDATE card_spent SET fen = greatest(fen - back_fen, 0)
    WHERE wallet_id = wallet AND day = card_day(moment) AND meal = of_meal
$$;
