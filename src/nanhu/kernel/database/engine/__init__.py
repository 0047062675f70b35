"""Django's engine for PostgreSQL, by whose connections the plans of prepared queries outlive a ROLLBACK (`ENGINE` of the settings)."""
