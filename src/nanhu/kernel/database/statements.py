"""SQL that is no function of the database: statements kept as files, `<folder>/<name>.sql`, each read once."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nanhu.kernel.database.values import all_rows, planned_rows, run


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
        return run(self.text(name), facts)

    def rows(self, name: str, facts: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        return all_rows(self.text(name), facts)

    def planned(self, name: str, facts: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """As `rows`, planned once in a connection."""
        return planned_rows(self.text(name), facts)
