DROP VIEW campus_held;
DROP VIEW campus_places;
