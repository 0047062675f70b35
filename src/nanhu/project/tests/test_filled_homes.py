"""The home of people in whose life every room has something: no more than twenty queries, with the roles that the sample campus gives."""

import re
from datetime import timedelta

import pytest

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.events import deliver_pending
from nanhu.kernel.tests.counting import made_anew, queries_of
from nanhu.platforms.campus.sample import set_up_rooms
from nanhu.platforms.flows.models import OutsideSource, OutsideTodo
from nanhu.platforms.flows.services import outside
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.identity.models import SsoSession
from nanhu.platforms.messages import api as messages
from nanhu.platforms.messages.models import Notice
from nanhu.platforms.openapi import api as openapi
from nanhu.platforms.people import api as people
from nanhu.platforms.portal.homes import placing
from nanhu.platforms.portal.integrations import living
from nanhu.platforms.portal.integrations.values import written
from nanhu.platforms.portal.models import HomeLayout, Integration, IntegrationValue, Shortcut
from nanhu.sample.demo.steps import ROLES
from nanhu.services.lostfound.models import Item
from nanhu.services.network.models import Nas, Policy, Session
from nanhu.services.requests.tests.conftest import School, make_school
from nanhu.services.venues.sample import enter_past
from nanhu.services.venues.tests.conftest import School as Halls
from nanhu.testing.database import school_fixture
from nanhu.testing.members import PASSWORD, SYSTEM
from nanhu.testing.pages import MOST_QUERIES
from nanhu.testing.sessions import signed_in

CAST = {
    "student": "S1",
    "teacher": "T2",
    "clerk": "C3",
    "administrator": "D1",
    "security": "W3",
    "affairs": "C1",
    "treasurer": "A1",
    "assets": "A2",
}
ORIGIN = "https://oa.example.edu.cn"
HALL = {"floor": 1, "kind": "hall", "seats": 300, "exam_seats": 0, "area": None, "unit": "1016", "equipment": []}
FIGURES = range(5)
TILE = re.compile(r'class="tile[^"]*" id="tile-([^"]+)"')
TILES = {"cardbalance", "flowstodos", "messagesunread", "lostfoundmine", "networkdevices", "requestsmine", "venuesmine"}


def make_campus() -> School:
    school = make_school()
    order = openapi.VendorOrder(
        company="甲", contact="乙", scopes=["flows.todos"], addresses=("10.20.0.0/24",), per_minute=9
    )
    vendor = openapi.register_vendor(by=SYSTEM, order=order)
    outside.register(by=SYSTEM, key="oa", name="办公系统", vendor=vendor, origin=ORIGIN)
    Nas.objects.create(name="控制器", address="10.20.0.1", kind="portal20", style="portal20")
    for role in ("student", "staff"):
        facts = {"service": "wifi", "devices": 3, "starts_on": campus_today()}
        Policy.objects.create(role=role, reason="试", created_by_name="test", **facts)
    set_up_rooms(by=SYSTEM, rooms={"t1.9": {**HALL, "lock": "key", "name": "报告厅", "building": "t1"}})
    Notice.objects.create(title="放假", body="…", state="published", published_at=now(), must_read=True)
    for number in FIGURES:
        one = {"owner_unit_id": school.units["1032"], "owner_office": "head", "faces": ["student", "staff"]}
        Integration.objects.create(
            kind="data", state="live", key=f"data{number}", name=f"外{number}", address=ORIGIN, **one
        )
    unit = people.unit_ids_by_code(["1001"])["1001"]
    days = {"first_day": campus_today(), "last_day": campus_today() + timedelta(days=3)}
    placing.place(
        by=SYSTEM, unit_id=unit, title="评教", words="评教", url="", faces=["student", "staff"], unit_ids=[], **days
    )
    school.complaint("S2")
    school.question("S2", unit="1001")
    school.opinion("S2")
    deliver_pending()
    return school


school = school_fixture(make_campus)


def fill(school: School, number: str) -> None:
    """Something of every room, more than one of it where there may be."""
    person, account = (
        school[number],
        identity_sample.set_password_for_sample(by=SYSTEM, campus_no=number, password=PASSWORD),
    )
    hall = Halls(school.persons, school.units).venue("t1.9", "报告厅", uses=["hall"])
    for day in (1, 2):
        hours = (now() + timedelta(days=day), now() + timedelta(days=day, hours=2))
        enter_past(venue=hall, person_id=person, state="approved", hours=hours, facts={})
    for key in ("water", "power"):
        school.repair(number, key=key)
    for sid in "abc":
        facts = {"service": "wifi", "started_at": now(), "updated_at": now()}
        Session.objects.create(nas=Nas.objects.get(), sid=sid, person_id=person, **facts)
    for key in "ab":
        messages.tell([person], "requests.work", {"words": key, "address": "/"}, key=key)
    for words in ("伞", "书"):
        facts = {
            "happened_at": now(),
            "place_words": "食堂",
            "phone": "13907300001",
            "phone_masked": "139****0001",
            "searched": words,
            "author_name": "我",
            "approved_at": now(),
            "expires_on": campus_today() + timedelta(days=9),
        }
        Item.objects.create(kind="lost", category="other", words=words, state="open", author=account, **facts)
    for one in Integration.objects.filter(kind="data"):
        content = written({"value": "3", "caption": "本", "lines": []})
        IntegrationValue.objects.create(
            integration=one, person_id=person, campus_no=number, version=one.version, content=content, as_of=now()
        )
    facts = {"address": f"{ORIGIN}/1", "state": "open", "sequence": 1, "digest": "x"}
    OutsideTodo.objects.create(
        source=OutsideSource.objects.get(), external_id="1", campus_no=number, person_id=person, title="会签", **facts
    )
    Shortcut.objects.create(account=account, application_key="card.mine", position=1)
    HomeLayout.objects.create(account=account, width="wide", order=["venues.mine"], hidden=[])


@pytest.mark.django_db
@pytest.mark.parametrize("role", CAST)
def test_a_home_in_which_every_room_says_something_stays_within_twenty_queries(school, role):
    number = CAST[role]
    fill(school, number)
    account = identity.account_with(number)
    for one in ROLES.get(role, ()):
        identity.grant_role(by=SYSTEM, account_id=account.pk, role=one)
    living.read_anew()
    browser = signed_in(number)
    SsoSession.objects.update(second_factor_at=now())
    asked = queries_of(browser, "/")
    assert len(asked) <= MOST_QUERIES, "\n".join(asked)
    pages: list[str] = []
    made = made_anew(lambda: pages.append(browser.get("/").content.decode()))
    assert not made or role in {"security", "affairs"}, "lists of theirs alone are counted by statements made anew"
    shown = TILE.findall(pages[0])
    assert set(shown) > TILES
    engineers = {"portalengine"} & set(shown)
    assert bool(engineers) == ("campus.admin" in ROLES.get(role, ()))
    assert len(shown) == len(TILES) + len(FIGURES) + len(engineers) + 1, "and what an office placed"
