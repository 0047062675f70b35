-- Vendors as the rooms above read them in SQL: published, and nothing else of this room.
CREATE VIEW openapi_open_vendor AS
    SELECT v.id FROM openapi_vendor v WHERE v.is_on;
