"""docs/register.md says of each room what the program says: its tables, events, roles and periodic jobs; docs/architecture.md, how large it is."""

import pytest

from nanhu.testing import rooms, sizes


@pytest.mark.slow
def test_the_register_is_what_the_program_says_and_nothing_in_it_is_unsaid():
    found = rooms.entries()
    assert [one.name for one in found if not one.said] == [], "a table, an event or a role without a word about it"
    assert {one.kind for one in found} == set(rooms.KINDS)
    assert rooms.REGISTER.read_text(encoding="utf-8") == rooms.written(), "python -m nanhu.testing.rooms writes it anew"


def test_the_page_of_the_house_says_how_large_each_room_is():
    page = sizes.PAGE.read_text("utf-8")
    assert sizes.untrue(page) == [], "python -m nanhu.testing.rooms counts them anew"
    gone, grown = "| `platforms.people` |", "| `kernel` | 9"
    assert sizes.untrue(page.replace(gone, "| `platforms.peoples` |")) == ["platforms.people", "platforms.peoples"]
    assert sizes.untrue(page.replace("| `kernel` | ", grown)) == ["kernel"]
