"""SQL that is no function of the database: statements kept as files, `<folder>/<name>.sql`, each read once. A condition that several
of them share is a file of its own, one of the `parts`, and stands in theirs as `[name]`."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from nanhu.kernel.database.values import all_rows, planned_rows, run


class Statements:
    def __init__(self, folder: Path, *, parts: Iterable[str] = ()) -> None:
        self.folder = folder
        self.parts = tuple(parts)
        self.texts: dict[str, str] = {}

    def text(self, name: str) -> str:
        if name not in self.texts:
            text = (self.folder / f"{name}.sql").read_text("utf-8")
            for part in self.parts:
                text = text.replace(f"[{part}]", (self.folder / f"{part}.sql").read_text("utf-8").strip())
            self.texts[name] = text
        return self.texts[name]

    def run(self, name: str, facts: Mapping[str, Any]) -> int:
        """How many rows it wrote."""
        return run(self.text(name), facts)

    def rows(self, name: str, facts: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        return all_rows(self.text(name), facts)

    def planned(self, name: str, facts: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """As `rows`, planned once in a connection."""
        return planned_rows(self.text(name), facts)
