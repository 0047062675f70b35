-- Codes at terminals. The signature is checked outside (keys are encrypted here); that a code counts once is decided here.

CREATE OR REPLACE FUNCTION card_code_device_of(wanted text, kind text)
RETURNS TABLE (device_id bigint, key bytea, uid text, card_id bigint) LANGUAGE sql STABLE AS $$
    SELECT d.id, CASE kind WHEN 'pay' THEN d.pay_key ELSE d.door_key END, c.uid, c.id
    FROM card_code_device d
    LEFT JOIN LATERAL (
        SELECT c.id, c.uid FROM card_card c WHERE c.person_id = d.person_id
        ORDER BY c.state IN ('issued', 'lost') DESC, c.id DESC LIMIT 1
    ) AS c ON true
    WHERE d.number = wanted
$$;
