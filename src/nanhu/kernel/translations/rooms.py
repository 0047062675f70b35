"""Which room a source file belongs to: the nearest package above it with an apps.py, else the kernel."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import nanhu
from nanhu.kernel.translations.messages import Fault, Found, Message
from nanhu.kernel.translations.python_source import read_python
from nanhu.kernel.translations.template_source import read_template

PACKAGE = Path(nanhu.__file__).parent
READERS = {".py": read_python, ".html": read_template, ".txt": read_template}
CATALOGUE = Path("locale/en/LC_MESSAGES/django.po")


@dataclass(slots=True)
class Room:
    """Paths in messages and faults are relative to the room."""

    folder: Path
    files: list[Path] = field(default_factory=list)

    @property
    def catalogue(self) -> Path:
        return self.folder / CATALOGUE

    def read(self) -> tuple[list[Message], list[Fault]]:
        found = [self._read_file(file) for file in self.files]
        return [m for one in found for m in one.messages], [f for one in found for f in one.faults]

    def _read_file(self, file: Path) -> Found:
        return READERS[file.suffix](file.relative_to(self.folder, walk_up=True), file.read_text("utf-8"))


def common(package: Path = PACKAGE) -> Room:
    """The common catalogue, a room without sources; `locale` in it is the program's LOCALE_PATHS."""
    return Room(package / "kernel/words")


def rooms(under: Sequence[Path] = (), *, package: Path = PACKAGE) -> list[Room]:
    """All rooms, or those at, above or below the given paths."""
    folders = {file.parent for file in package.rglob("apps.py")}
    for floor in ("platforms", "services", "systems"):  # a room that is only begun has no apps.py yet
        folders |= {file.parent for file in (package / floor).glob("*/__init__.py")}
    kernel = package / "kernel"
    found = {folder: Room(folder) for folder in sorted(folders | {kernel})}
    for file in sorted(package.rglob("*")):
        if file.suffix in READERS and _is_shown_to_people(file.relative_to(package)):
            found[next((parent for parent in file.parents if parent in folders), kernel)].files.append(file)
    chosen = {room for path in under for room in _rooms_at(path.resolve(), set(found))}
    return [room for folder, room in found.items() if not under or folder in chosen]


def _rooms_at(path: Path, folders: set[Path]) -> set[Path]:
    """The rooms in a folder, or the one room that a folder within it belongs to."""
    inside = {folder for folder in folders if folder.is_relative_to(path)}
    return inside or {next((parent for parent in path.parents if parent in folders), path)}


def _is_shown_to_people(path: Path) -> bool:
    """Emulators stand for other firms' programs and have no catalogue; tests and migrations are for developers."""
    parts = set(path.parts)
    if (
        parts & {"tests", "migrations", "locale", "node_modules", "static", "__pycache__"}
        or path.parts[0] == "emulators"
    ):
        return False
    return path.suffix == ".py" or "templates" in parts
