-- Cards as doors ask for them: those that may be laid on a reader.
CREATE VIEW card_credential AS
    SELECT c.uid AS number, c.person_id, c.card_class AS holder_class, c.sub_class, c.valid_from, c.valid_until
    FROM card_card c WHERE c.state = 'issued';
