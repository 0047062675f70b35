"""docs/rooms/identity-lockouts.md: each row names tests that exist, and the doors that stand open count nobody."""

import re
from pathlib import Path

import pytest
from django.test import Client

from nanhu.kernel.tests.counting import queries_of
from nanhu.platforms.identity.models import Throttle

ROOT = Path(__file__).parents[5]
TABLE = ROOT / "docs" / "rooms" / "identity-lockouts.md"
DEFINED = re.compile(r"^\s*def (test_\w+)", re.MULTILINE)
OPEN = ("/health/live", "/.well-known/openid-configuration", "/oidc/jwks", "/help/wifi")


def rows() -> dict[str, list[str]]:
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line.startswith("|")][2:]
    cells = [line.strip("|").split("|") for line in lines]
    return {row[0].strip(): re.findall(r"`(test_\w+)`", row[-1]) for row in cells}


def test_each_door_of_the_table_has_its_test():
    known = {
        name for path in (ROOT / "src").rglob("test_*.py") for name in DEFINED.findall(path.read_text(encoding="utf-8"))
    }
    found = rows()
    assert len(found) > 20
    assert {door: named for door, named in found.items() if not named or not known.issuperset(named)} == {}


@pytest.mark.django_db
@pytest.mark.parametrize("address", OPEN)
def test_open_doors_write_nothing_and_count_nobody(address):
    client = Client(REMOTE_ADDR="10.9.8.7")
    asked = queries_of(client, address)
    assert not Throttle.objects.exists()
    assert not [one for one in asked if one.lstrip().startswith(("INSERT", "UPDATE", "DELETE"))]
