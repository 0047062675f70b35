"""A dormitory with two doors, a room in the library, and who asks there."""

from datetime import date, datetime, time, timedelta

import pytest

from nanhu.kernel.clock import campus_time, campus_today, now
from nanhu.platforms.access.models import DoorRule
from nanhu.platforms.access.services.ruling import DoorRuleDraft, rule
from nanhu.platforms.access.services.setting_up import DoorOrder, DoorsOrder, set_up_doors
from nanhu.platforms.campus.api import Place, PlaceOrder, set_up_places
from nanhu.platforms.people import api as people
from nanhu.systems.card.devices.tests.asking import Device
from nanhu.systems.card.tests.conftest import CAST, ORIGIN, SYSTEM, Campus

__all__ = ["Campus"]
HOUR = timedelta(hours=1)
PLACES = (
    PlaceOrder(key="south", name="南院", kind="campus"),
    PlaceOrder(key="south.d1", name="南院1栋宿舍", kind="dorm", parent="south"),
    PlaceOrder(key="library", name="图书馆", kind="library", parent="south"),
    PlaceOrder(key="library.lab", name="电子阅览室", kind="lab", parent="library"),
)
DOORS = (
    DoorOrder(number="MD01", place="south.d1", name="东门"),
    DoorOrder(number="MD02", place="south.d1", name="西门"),
    DoorOrder(number="ML01", place="library", name="正门"),
    DoorOrder(number="ML02", place="library.lab", name="门"),
)
PASS_BACK = {"south.d1": "hard", "library": "soft"}


def hang_doors(**more) -> None:
    set_up_places(by=SYSTEM, places=PLACES)
    set_up_doors(by=SYSTEM, order=DoorsOrder(**({"doors": DOORS, "pass_back": PASS_BACK} | more)))


def draft(**given) -> DoorRuleDraft:
    return DoorRuleDraft(**({"is_allowed": True, "starts_on": campus_today()} | given))


def put(place: str, **given) -> DoorRule:
    return rule(by=SYSTEM, place=Place.objects.get(key=place), draft=draft(**given), reason="宿管科来函")


def around_now() -> dict[str, time]:
    """Times of the campus's clock that hold now. They stay within today: a window over midnight belongs to the day it began."""
    local = campus_time(now())
    first = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return times(max(local - HOUR, first), min(local + HOUR, first + timedelta(days=1, microseconds=-1)))


def not_now() -> dict[str, time]:
    local = campus_time(now())
    return times(local + HOUR, local + 2 * HOUR)


def times(first: datetime, last: datetime) -> dict[str, time]:
    return {"from_time": first.time(), "until_time": last.time()}


def settle(campus: Campus) -> dict[str, int]:
    """A college with a class below it; the student belongs to the class. Ids by code."""
    units = [
        people.UnitRecord(code="1", name="湖南理工学院", kind="学校"),
        people.UnitRecord(code="12", name="计算机学院", kind="学院", parent_code="1"),
        people.UnitRecord(code="1201", name="计科2301班", kind="班级", parent_code="12"),
    ]
    people.apply_units(by=SYSTEM, records=units, origin=ORIGIN)
    name, kind, campus_no, category = CAST["student"]
    tie = people.AffiliationRecord(
        kind=kind,
        campus_no=campus_no,
        starts_on=date(2023, 9, 1),
        category_name=category,
        unit_code="1201",
        state="active",
    )
    record = people.PersonRecord(key="k", name=name, person_id=campus.persons["student"], affiliations=(tie,))
    people.apply_records(by=SYSTEM, records=[record], origin=ORIGIN)
    return people.unit_ids_by_code(["12", "1201"])


@pytest.fixture
def campus(cast) -> Campus:
    hang_doors()
    return cast


@pytest.fixture
def east(campus) -> Device:
    return Device("MD01")


@pytest.fixture
def library(campus) -> Device:
    return Device("ML01")


def try_door(device: Device, campus: Campus, part: str, direction: str = "in", **more) -> str:
    """The code the door is told."""
    uid = campus.card(part).uid if part in CAST else part
    return device.ask("door/pass", {"card": uid, "direction": direction}, **more)["code"]
