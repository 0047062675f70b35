"""SQL that migrations run lives in files beside them, each with its reverse."""

from pathlib import Path

from django.db.migrations import RunSQL


def run_sql_file(path: Path) -> RunSQL:
    """The migration operation for `name.sql`, undone by `name.reverse.sql` next to it."""
    return RunSQL(path.read_text(encoding="utf-8"), path.with_suffix(".reverse.sql").read_text(encoding="utf-8"))
