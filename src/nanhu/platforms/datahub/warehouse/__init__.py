"""Large tables (大表): what is too much for PostgreSQL, in Parquet, by DuckDB on this machine or by Spark on several.

A snapshot is cleaned, held against its rules and the one before, and stands or does not. No person is made of it, and what is sensitive
lies in it as a keyed digest.
"""
