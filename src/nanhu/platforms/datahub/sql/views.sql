-- Living rows of shared tables as the rooms above read them in SQL: open fields alone.
CREATE VIEW datahub_shared AS
    SELECT r.table_key, r.key, r.data FROM datahub_shared_row r WHERE r.valid_to IS NULL AND NOT r.is_removed;
