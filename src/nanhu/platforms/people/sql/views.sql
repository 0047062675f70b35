-- People as the rooms above read them in SQL: published, and nothing else of this room. `id_number` is sealed as it lies in the table.
CREATE VIEW people_known AS
    SELECT p.id, p.public_id, p.name, p.sex, p.email, p.id_number, p.merged_into_id FROM people_person p;

CREATE VIEW people_ties AS
    SELECT a.id, a.person_id, a.unit_id, a.kind, a.campus_no, a.category, a.category_name, a.status_name, a.state, a.starts_on
    FROM people_affiliation a;

CREATE VIEW people_units AS
    SELECT u.id, u.parent_id, u.code, u.name, u.kind FROM people_org_unit u;
