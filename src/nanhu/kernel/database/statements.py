"""SQL that is no function of the database: statements kept as files, `<folder>/<name>.sql`, each read once."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.db import connection

from nanhu.kernel.database.values import all_rows


class Statements:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.texts: dict[str, str] = {}

    def text(self, name: str) -> str:
        if name not in self.texts:
            self.texts[name] = (self.folder / f"{name}.sql").read_text("utf-8")
        return self.texts[name]

    def run(self, name: str, facts: Mapping[str, Any]) -> int:
        """How many rows it wrote."""
        with connection.cursor() as cursor:
            cursor.execute(self.text(name), facts)
            return int(cursor.rowcount)

    def rows(self, name: str, facts: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = all_rows(self.text(name), facts)
        return found
