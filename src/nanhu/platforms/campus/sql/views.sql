-- Places as the rooms above read them in SQL.
CREATE VIEW campus_places AS
    SELECT p.id, p.key, p.name, p.kind, p.parent_id FROM campus_place p;
