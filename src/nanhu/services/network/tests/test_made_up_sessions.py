"""Sessions made up by Hypothesis, of two controllers: reports that are lost, come twice, late, in any order, with session times that are wrong,
and addresses that go from one person to the other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from hypothesis import Phase, assume, example, given, settings
from hypothesis import strategies as st

from nanhu.kernel.clock import now
from nanhu.services.network import jobs
from nanhu.services.network.models import Grant, HourSum, Session
from nanhu.services.network.services import interims
from nanhu.services.network.statements import QUERIES
from nanhu.services.network.tests.conftest import CONTROLLER, LAPTOP, PHONE, SWITCH
from nanhu.services.network.tests.test_interims import Door
from nanhu.services.network.tests.test_readmission import as_it_was
from nanhu.testing.same_connection import SameConnection

TICK = timedelta(minutes=4)
TICKS = 8
EARLY = 1.25
"""Ticks: nobody is taken for on line earlier than five minutes before he was let in, however long his controller counts."""
ADDRESSES = ("10.2.3.4", "10.2.3.5", "10.2.3.6", "10.2.3.7")
WHO = (("S1", PHONE, CONTROLLER, "1"), ("S1", PHONE, CONTROLLER, "2"), ("S2", LAPTOP, SWITCH, "1"))
"""One device twice; another person, under a number that is given at the other controller, too."""


@dataclass(frozen=True)
class Report:
    tick: int
    status: str
    address: str
    arrives: int


@dataclass(frozen=True)
class Life:
    """A session as it was, and what was heard of it. `wrong`: seconds that its controller counts too much."""

    which: int
    begins: int
    wrong: int
    reports: tuple[Report, ...]

    @property
    def told(self) -> list[Report]:
        return sorted(self.reports, key=lambda one: one.tick)

    def around(self, moment: float) -> list[str]:
        """The addresses of the last report before a moment and of the first after it."""
        told = [one for one in self.told if one.address]
        before = [one.address for one in told if one.tick <= moment]
        return before[-1:] + [one.address for one in told if one.tick >= moment][:1]

    def may_have(self, address: str, moment: float) -> bool:
        begins = self.begins - (EARLY if self.wrong else 0)
        return bool(self.reports) and begins <= moment <= self.told[-1].tick and address in self.around(moment)

    def must_have(self, address: str, moment: float) -> bool:
        return self.around(moment) == [address, address]


@st.composite
def stories(draw: Any) -> list[Life]:
    held: dict[tuple[str, int], str] = {}
    found = []
    for which, (who, *_rest) in enumerate(WHO):
        begins = draw(st.integers(0, TICKS - 1))
        ends = draw(st.integers(begins + 1, TICKS))
        first, second = sorted(draw(st.integers(begins + 1, ends + 1)) for _ in range(2))
        parts = []
        for span in (range(begins, first + 1), range(first, second + 1), range(second, ends + 1)):
            free = [
                one for one in ADDRESSES if one not in parts[-1:] and all(held.get((one, n), who) == who for n in span)
            ]
            assume(free)
            parts.append(draw(st.sampled_from(free)))
            held |= {(parts[-1], tick): who for tick in span}
        reports = []
        for tick in range(begins, ends + 1):
            status = {begins: "Start", ends: "Stop"}.get(tick, "Interim-Update")
            delays = draw(st.sampled_from([[0], [0], [], [0, 2], [1], [5], [2, 2]]))
            address = parts[(tick >= first) + (tick >= second)] if draw(st.integers(0, 4)) else ""
            reports += [Report(tick, status, address, tick + delay) for delay in delays]
        found.append(Life(which, begins, draw(st.sampled_from([0, 900])), tuple(reports)))
    return found


TWO_MOVES = [
    Report(0, "Start", ADDRESSES[0], 0),
    Report(2, "Interim-Update", ADDRESSES[1], 6),
    Report(5, "Interim-Update", ADDRESSES[2], 5),
]
"""Of which the first is told last."""
COMES_BACK = [
    Report(0, "Start", ADDRESSES[1], 0),
    Report(2, "Interim-Update", ADDRESSES[0], 8),
    Report(4, "Interim-Update", ADDRESSES[1], 4),
    Report(6, "Stop", "", 6),
]
"""To the address that it had, before a Stop that tells none."""


@pytest.fixture
def door(school, monkeypatch):
    monkeypatch.setattr(interims, "CONNECTIONS", SameConnection())
    found = Door(school)
    found.codes = [school.code(who, mac, nas=nas) for who, mac, nas, _sid in WHO]
    return found


def arriving(story: Sequence[Life]) -> Iterator[tuple[Life, Report]]:
    """What was sent later comes first among what comes at once."""
    sent = [(life, one) for life in story for one in life.reports]
    return iter(sorted(sent, key=lambda pair: (pair[1].arrives, -pair[1].tick)))


def tell(door: Door, life: Life, one: Report) -> None:
    _who, mac, nas, sid = WHO[life.which]
    lasted = (one.tick - life.begins) * int(TICK.total_seconds())
    said = {
        "NAS_IP_Address": nas,
        "Class": door.codes[life.which],
        "Calling_Station_Id": mac,
        **({"Framed_IP_Address": one.address} if one.address else {}),
        "Acct_Delay_Time": (one.arrives - one.tick) * int(TICK.total_seconds()),
        "Acct_Session_Time": lasted + life.wrong,
        "Acct_Input_Octets": 7 * lasted,
        "Event_Timestamp": "Jan  1 1970 00:00:00 UTC",
    }
    door.tell(one.status, sid, **said)


@pytest.mark.slow
@pytest.mark.django_db
@settings(max_examples=14, phases=[Phase.explicit, Phase.generate])
@given(story=stories())
@example(story=[Life(0, 0, 0, tuple(TWO_MOVES))])
@example(story=[Life(0, 0, 0, tuple(COMES_BACK))])
def test_no_order_of_reports_makes_two_of_one_session_or_names_an_innocent_for_an_address(door, story):
    noon = now().replace(hour=4, minute=0, second=0, microsecond=0)
    with as_it_was():
        for life in story:
            begins = {"granted_at": noon + life.begins * TICK, "ends_at": noon + timedelta(hours=12)}
            Grant.objects.filter(code=door.codes[life.which]).update(**begins)
        for life, one in arriving(story):
            with time_machine.travel(noon + one.arrives * TICK, tick=False):
                tell(door, life, one)
        with time_machine.travel(noon + timedelta(hours=3), tick=False):
            heard_of = [life for life in story if life.reports]
            is_each_once(door.school, heard_of)
            is_summed_up(noon, heard_of)
            for address in ADDRESSES:
                names_whom_it_may(door.school, noon, address, heard_of)


def is_each_once(school, heard_of: Sequence[Life]) -> None:
    assert Session.objects.count() == len(heard_of)
    for life in heard_of:
        who, _mac, nas, sid = WHO[life.which]
        found = Session.objects.get(nas__address=nas, sid=sid)
        last = life.told[-1]
        assert (found.person_id, found.note) == (school[who], "")
        assert found.in_octets == 7 * (last.tick - life.begins) * TICK.total_seconds()
        assert (found.stopped_at is None) == (last.status != "Stop")


def is_summed_up(noon, heard_of: Sequence[Life]) -> None:
    jobs.sum_hour(noon)
    people, sessions, unknown = 0, 0, 0
    for row in HourSum.objects.filter(hour=noon):
        people, sessions, unknown = people + row.people, sessions + row.sessions, unknown + row.unknown
    assert (people, sessions, unknown) == (len({WHO[one.which][0] for one in heard_of}), len(heard_of), 0)


def names_whom_it_may(school, noon, address: str, heard_of: Sequence[Life]) -> None:
    """At each half of a tick, by what an authority gets."""
    span = {"since": noon - timedelta(hours=1), "until": noon + timedelta(hours=2), "now": now()}
    lines = QUERIES.rows("log_between", {"address": address, "station": None, **span})
    for half in range(-5, 2 * TICKS + 12, 2):
        moment = half / 2
        at = noon + moment * TICK
        named = {row[0] for row in lines if row[7] <= at < row[8]}
        may = {school[WHO[one.which][0]] for one in heard_of if one.may_have(address, moment)}
        must = {school[WHO[one.which][0]] for one in heard_of if one.must_have(address, moment)}
        assert must <= named <= may, (address, moment, heard_of)
