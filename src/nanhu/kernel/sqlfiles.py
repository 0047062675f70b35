"""SQL that migrations run: a room's `sql/` folder, one file a function, so that what is living stands in one place.

    extensions.sql  of the database, before any table (run by its own operation)
    tables.sql      tables, columns, sequences and indexes that Django's models do not make (undone by tables.reverse.sql)
    <function>.sql  one function each, named like it, `CREATE OR REPLACE`
    views.sql       views
    triggers.sql    triggers
    seed.sql        the first rows

Queries that Python sends lie in `sql/queries/` and are no business of migrations.
"""

from pathlib import Path

from django.db.migrations import RunSQL

EXTENSIONS = "extensions.sql"
TABLES = "tables.sql"
AFTER_FUNCTIONS = ("views.sql", "triggers.sql", "seed.sql")


def run_sql_folder(folder: Path) -> list[RunSQL]:
    """The migration operations for a room's SQL folder, in the order in which its parts need each other."""
    operations = [RunSQL(functions_sql(folder), drop_functions_sql(folder))]
    if (folder / TABLES).exists():
        operations.insert(0, RunSQL(text_of(folder / TABLES), reverse_of(folder / TABLES)))
    later = [folder / name for name in AFTER_FUNCTIONS if (folder / name).exists()]
    return [*operations, *(RunSQL(text_of(path), reverse_of(path)) for path in later)]


def function_files(folder: Path) -> list[Path]:
    parts = {EXTENSIONS, TABLES, *AFTER_FUNCTIONS}
    return sorted(
        path for path in folder.glob("*.sql") if path.name not in parts and not path.name.endswith(".reverse.sql")
    )


def functions_sql(folder: Path) -> str:
    """All functions of a folder; their bodies may name tables and functions of rooms that are made later."""
    bodies = [text_of(path) for path in function_files(folder)]
    return "\n".join(["SET LOCAL check_function_bodies = off;", *bodies, "RESET check_function_bodies;"])


def drop_functions_sql(folder: Path) -> str:
    """CASCADE takes the triggers along that call them."""
    return "\n".join(f"DROP FUNCTION IF EXISTS {path.stem} CASCADE;" for path in function_files(folder))


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def reverse_of(path: Path) -> str:
    """`name.reverse.sql` beside `name.sql`; where there is none, what it made goes with its table."""
    undone = path.with_suffix(".reverse.sql")
    return text_of(undone) if undone.exists() else ""
