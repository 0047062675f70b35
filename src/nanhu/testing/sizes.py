"""How many lines each room has, without tests, migrations and catalogues: a table of docs/architecture.md.

`python -m nanhu.testing.rooms` writes it anew; `project/tests/test_register.py` holds that it is true. So that not each change of a room is one of
that page, a figure may be off by a twentieth, or a hundred lines.
"""

import re
from collections import Counter
from pathlib import Path
from typing import Final

PACKAGE: Final = Path(__file__).parents[1]
PAGE: Final = PACKAGE.parents[1] / "docs" / "architecture.md"
KINDS: Final = (".py", ".sql", ".html")
NOT_COUNTED: Final = {"tests", "migrations", "locale"}
FLOORS: Final = {"platforms", "services", "systems"}
SHARE, FEW = 0.05, 100
HEAD: Final = """## How large each room is
Lines without tests, migrations and catalogues, as `.venv/bin/python -m nanhu.testing.rooms` last counted them; a test refuses what is off by more than a
twentieth and a hundred lines.

| room | Python | SQL | templates | together |
|---|---:|---:|---:|---:|
"""
LINE: Final = re.compile(r"^\| `([a-z.]+)` \| ([\d,]+) \| ([\d,]+) \| ([\d,]+) \| ([\d,]+) \|$", re.MULTILINE)
SECTION: Final = re.compile(r"^## How large each room is\n.*?(?=^## )", re.MULTILINE | re.DOTALL)


def counted() -> dict[str, list[int]]:
    """By room, of each kind, and together."""
    lines: Counter[tuple[str, str]] = Counter()
    for path in PACKAGE.rglob("*"):
        parts = path.relative_to(PACKAGE).parts
        depth = 2 if parts[0] in FLOORS else 1
        if path.suffix in KINDS and len(parts) > depth and not NOT_COUNTED & set(parts):
            lines[".".join(parts[:depth]), path.suffix] += path.read_text("utf-8").count("\n")
    rooms = {room: [lines[room, kind] for kind in KINDS] for room in sorted({room for room, _kind in lines})}
    return {room: [*found, sum(found)] for room, found in rooms.items()}


def said(page: str) -> dict[str, list[int]]:
    found = SECTION.search(page)
    rows = LINE.findall(found.group()) if found else []
    return {room: [int(figure.replace(",", "")) for figure in figures] for room, *figures in rows}


def table() -> str:
    rows = (f"| `{room}` | {' | '.join(f'{one:,}' for one in found)} |\n" for room, found in counted().items())
    return f"{HEAD}{''.join(rows)}\n"


def write() -> None:
    PAGE.write_text(SECTION.sub(table(), PAGE.read_text("utf-8")), "utf-8")


def untrue(page: str) -> list[str]:
    """Rooms of which the page says nothing, or what is not so (any more); and rooms that are none."""
    told, found = said(page), counted()
    return sorted(room for room in told.keys() | found.keys() if not is_near(told.get(room, []), found.get(room, [])))


def is_near(told: list[int], found: list[int]) -> bool:
    return len(told) == len(found) and all(
        abs(one - other) <= max(FEW, other * SHARE) for one, other in zip(told, found, strict=True)
    )
