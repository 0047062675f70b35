"""The one database: PostgreSQL, embedded by default. `embedded` alone knows the wheel it comes from."""
