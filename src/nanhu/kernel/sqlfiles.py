"""SQL that migrations run lives in files beside them, each with its reverse."""

from pathlib import Path

from django.db.migrations import RunSQL


def run_sql_file(path: Path, *, replaces: tuple[Path, ...] = ()) -> RunSQL:
    """The migration operation for `name.sql`, undone by `name.reverse.sql` next to it, and after that by `replaces`:
    the files whose functions it took the place of, run anew."""
    undone = (path.with_suffix(".reverse.sql"), *replaces)
    return RunSQL(path.read_text(encoding="utf-8"), "\n".join(one.read_text(encoding="utf-8") for one in undone))
