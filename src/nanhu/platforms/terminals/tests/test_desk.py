"""What every page of a console is held to, for that of devices; and a device that no other room knows."""

import re
from datetime import timedelta

import pytest

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.platforms.terminals.desk import desk
from nanhu.platforms.terminals.devices import all_devices
from nanhu.platforms.terminals.models import Incident, Terminal
from nanhu.platforms.terminals.policies import CLERK, REGISTRAR
from nanhu.testing.members import grant, open_staff
from nanhu.testing.pages import PageTests
from nanhu.testing.sessions import signed_in

SYSTEM = Actor.system("test")
KEEPER_NO, COLLEAGUE_NO = "0020150007", "0020190123"


@pytest.fixture
def members(db):
    open_staff({KEEPER_NO: "周敏", COLLEAGUE_NO: "陈志远"})
    grant(KEEPER_NO, (CLERK, REGISTRAR))


class TestPages(PageTests):
    desk = desk

    @pytest.fixture
    def holder(self, members):
        return signed_in(KEEPER_NO)

    @pytest.fixture
    def stranger(self, members):
        return signed_in(COLLEAGUE_NO)

    def fill(self, count):
        made = Terminal.objects.count()
        Terminal.objects.bulk_create(
            Terminal(number=f"Z{made + one:05d}", kind="door", place="=1+1", key="0" * 64) for one in range(count)
        )


def test_a_device_is_looked_at_narrowed_and_found_by_what_was_refused_of_it(members):
    Terminal.objects.create(number="D1001", kind="door", place="北门", key="0" * 64)
    Terminal.objects.create(number="D1002", kind="door", place="南门", key="0" * 64, state="off")
    Incident.objects.create(terminal_number="D1001", code="signature_wrong", times=3)
    keeper = signed_in(KEEPER_NO)

    def numbers(query: str) -> set[str]:
        page = keeper.get(f"/card/fleet/?{query}").content.decode()
        return {number for number in ("D1001", "D1002") if f"/card/fleet/terminals/{number}/" in page}

    assert numbers("") == {"D1001", "D1002"}
    assert numbers("q=北门") == numbers("problem=incidents") == {"D1001"}
    assert numbers("problem=off&kind=door") == {"D1002"}
    assert numbers("kind=pos") == set()
    assert "被拒的请求" in keeper.get("/card/fleet/terminals/D1001/").content.decode()


def test_what_strangers_send_in_its_name_pushes_nothing_off_its_page(members):
    Terminal.objects.create(number="D1001", kind="door", place="北门", key="0" * 64)
    Incident.objects.create(
        terminal_number="D1001", code="clock_wrong", address="10.1.2.3", at=now() - timedelta(hours=1)
    )
    Incident.objects.bulk_create(Incident(terminal_number="D1001", code="signature_wrong") for _ in range(60))
    assert "10.1.2.3" in signed_in(KEEPER_NO).get("/card/fleet/terminals/D1001/").content.decode()


def test_what_was_taken_away_and_still_signs_is_told_and_its_rows_are_no_longer_waited_for(members):
    day = timedelta(hours=1)
    Terminal.objects.create(number="D1001", kind="door", place="北门", key="0" * 64)
    gone = {"kind": "door", "key": "0" * 64, "state": "retired", "retired_at": now() - day}
    for number, at in (("D1002", now()), ("D1003", now() - 2 * day)):
        Terminal.objects.create(number=number, place="南门", **gone)
        Incident.objects.create(terminal_number=number, code="signature_wrong", at=at)
    found = {one.number: one.problems for one in all_devices()}
    assert "incidents" in found["D1002"], "its former key is in somebody's hands"
    assert found["D1003"] == ("retired",), "what was before is over"


def test_the_list_comes_in_pages_with_the_worst_on_the_first(members):
    Terminal.objects.bulk_create(
        Terminal(number=f"D{one:04}", kind="door", place="北门", key="0" * 64, state="off" if one == 99 else "on")
        for one in range(1, 100)
    )
    keeper = signed_in(KEEPER_NO)

    def shown(page: int) -> list[str]:
        return re.findall(r"/card/fleet/terminals/(D\d+)/", keeper.get(f"/card/fleet/?page={page}").content.decode())

    first, second = shown(1), shown(2)
    assert (len(set(first)), len(set(second))) == (50, 49)
    assert not set(first) & set(second)
    assert 'hx-get="/card/fleet/?page=2"' in keeper.get("/card/fleet/?page=2").content.decode(), "it stays where it is"
