"""The gate that finds public names nobody uses outside of tests."""

from pathlib import Path

from nanhu.testing.unused import unused

ROOM = """
from django.db.transaction import atomic

def called() -> None: ...
def dead() -> None: ...
@atomic
def dead_in_one_transaction() -> None: ...
@job("each.night")
def found_by_the_worker() -> None: ...
def calls_itself() -> None:
    calls_itself()
def shown() -> None: ...
def _own() -> None: ...
class Held: ...
"""


def test_what_is_only_exported_or_tested_is_found(tmp_path: Path) -> None:
    written = {
        "room.py": ROOM,
        "api.py": "from room import dead\n__all__ = ['dead', 'Held']\n",
        "views.py": "import room\nroom.called()\n",
        "templates/page.html": "{% load shown %}",
        "tests/test_room.py": "from room import dead\ndead()\n",
    }
    for name, text in written.items():
        (tmp_path / "src" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "src" / name).write_text(text)
    found = unused(tmp_path, kept=())
    assert {line.rpartition(" ")[2] for line in found} == {"Held", "dead", "dead_in_one_transaction", "calls_itself"}
    assert unused(tmp_path, kept=("Held", "dead", "dead_in_one_transaction", "calls_itself", "called")) == [
        "called is used and need not be kept"
    ]
