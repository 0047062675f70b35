"""What the floors of imports do not hold: which tables and functions the SQL of doors, places and cards names."""

import re
from pathlib import Path

import pytest

import nanhu

PACKAGE = Path(nanhu.__file__).parent
PUBLISHED = {"campus_upwards", "campus_downwards", "campus_is_open", "campus_stamp"}
"""Functions of campus for the rooms above."""


def named(folder: str, *rooms: str) -> set[str]:
    """Names of these rooms in the SQL of a folder, comments left out."""
    name = re.compile(rf"\b(?:{'|'.join(rooms)})_[a-z_]+")
    texts = (path.read_text("utf-8") for path in (PACKAGE / folder).rglob("*.sql"))
    return {one for text in texts for one in name.findall(re.sub("--.*", "", text))}


@pytest.mark.parametrize(
    ("folder", "rooms", "allowed"),
    [
        ("platforms/access", ("card", "ledger", "identity"), set()),
        ("platforms/access", ("campus",), PUBLISHED),
        ("platforms/campus", ("access", "card", "people", "identity"), set()),
        ("systems/card", ("access", "campus"), set()),
    ],
)
def test_sql_names_its_own_tables_and_what_a_lower_room_publishes(folder, rooms, allowed):
    assert named(folder, *rooms) - allowed == set()
