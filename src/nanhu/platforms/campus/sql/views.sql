-- Places as the rooms above read them in SQL.
CREATE VIEW campus_places AS
    SELECT p.id, p.key, p.name, p.kind, p.parent_id FROM campus_place p;
-- Who stands where, as the rooms above read it in SQL: of what is held alone.
CREATE VIEW campus_held AS
    SELECT o.room_id, o.during, o.kind, o.source, o.key FROM campus_occupancy o WHERE o.held;
