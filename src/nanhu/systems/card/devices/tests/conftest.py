"""Operations of the tests' own at the services door, and a load kiosk to ask them."""

from collections.abc import Iterator

import pytest
from django.db import connection

from nanhu.kernel import audit
from nanhu.kernel.errors import CampusError
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.terminals.api import KIOSKS, OPERATIONS, operation, whole_in
from nanhu.systems.card.devices.tests.asking import Device, place_device
from nanhu.systems.card.presented import card_in
from nanhu.systems.card.tests.conftest import SYSTEM, Campus


class WontError(CampusError):
    code = "test.wont"
    sentence = "不行，还剩 {tries_left} 次"


class WontButNotedError(WontError):
    code = "test.noted"
    keeps_writes = True


def write_down(asked) -> None:
    audit.record(by=asked.by, action="test.deed", target=f"terminal:{asked.terminal.number}")


def deeds() -> int:
    return AuditEntry.objects.filter(action="test.deed").count()


@pytest.fixture(autouse=True)
def own_operations() -> Iterator[None]:
    known = dict(OPERATIONS)

    @operation("test/deed", kinds=KIOSKS)
    def deed(asked):
        write_down(asked)
        return {"deeds": deeds()}

    @operation("test/wont", kinds=KIOSKS)
    def wont(asked):
        write_down(asked)
        raise WontError(tries_left=2)

    @operation("test/noted", kinds=KIOSKS)
    def noted(asked):
        write_down(asked)
        raise WontButNotedError(tries_left=1)

    @operation("test/crash", kinds=KIOSKS)
    def crash(asked):
        write_down(asked)
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    @operation("test/sum", kinds=KIOSKS)
    def add(asked):
        write_down(asked)
        return {"sum": whole_in(asked.body, "amount_fen"), "holder": card_in(asked.body).number}

    @operation("test/door", kinds=frozenset({"door"}))
    def door(_asked):
        return {}

    @operation("test/read", kinds=KIOSKS, reads=True)
    def read(_asked):
        return {"deeds": deeds()}

    yield
    OPERATIONS.clear()
    OPERATIONS.update(known)


@pytest.fixture
def campus(cast) -> Campus:
    return cast


@pytest.fixture
def kiosk(campus) -> Device:
    return place_device("KL001", "load_kiosk", by=SYSTEM)
