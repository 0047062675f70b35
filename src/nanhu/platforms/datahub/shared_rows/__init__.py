"""Rows of shared tables (共享表): written by whoever is a table's writer, read for a purpose, kept and taken back. What the tables are: `shared`."""
