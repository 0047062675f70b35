-- Cards of a vendor's system as doors ask for them: those that may be laid on a reader.
CREATE VIEW access_shared_card AS
    SELECT c.key AS number, t.person_id, c.data ->> 'holder_class' AS holder_class, coalesce(c.data ->> 'sub_class', '') AS sub_class,
           (c.data ->> 'valid_from')::date AS valid_from, (c.data ->> 'valid_until')::date AS valid_until
    FROM datahub_shared c JOIN people_ties t ON t.campus_no = c.data ->> 'campus_no' AND t.state <> 'ended'
    WHERE c.table_key = 'card.card' AND c.data ->> 'state' = 'issued';
