DROP VIEW campus_places;
