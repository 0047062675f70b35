"""Doors where the card system is a vendor's: its cards open by the rules of doors, also without network, and its losses close them."""

from datetime import timedelta

import pytest

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.platforms.access import issuers
from nanhu.platforms.access.models import Door, DoorListRow, Passage
from nanhu.platforms.access.services.listing import current_list
from nanhu.platforms.access.services.passing import pass_door
from nanhu.platforms.access.services.ruling import DoorRuleDraft, rule
from nanhu.platforms.access.services.setting_up import DoorOrder, DoorsOrder, set_up_doors
from nanhu.platforms.access.shared_cards import SharedCards
from nanhu.platforms.campus.api import Place, PlaceOrder, set_up_places
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.people import api as people
from nanhu.testing.vendors import vendor_in_place

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("test")

UID, NUMBER = "04A1B2C3", "14231100001"


@pytest.fixture
def student(db):
    tie = people.AffiliationRecord(
        kind="student", campus_no=NUMBER, starts_on=campus_today() - timedelta(days=90), state="active"
    )
    record = people.PersonRecord(key="1", name="林小满", affiliations=(tie,))
    origin = people.Origin(source="test", title="测试")
    return people.apply_records(by=SYSTEM, records=[record], origin=origin).person_ids["1"]


@pytest.fixture
def door(student):
    set_up_places(by=SYSTEM, places=[PlaceOrder(key="hall", name="礼堂", kind="other")])
    set_up_doors(by=SYSTEM, order=DoorsOrder(doors=[DoorOrder(number="MH01", place="hall", name="正门")]))
    draft = DoorRuleDraft(is_allowed=True, starts_on=campus_today(), holder_class="student")
    rule(by=SYSTEM, place=Place.objects.get(), draft=draft, reason="开放")
    return Door.objects.get()


@pytest.fixture
def vendor(door):
    with vendor_in_place("card.card", "card.jinzhi") as hand_in:
        yield hand_in


def card(uid=UID, **other):
    return {
        "物理卡号": uid,
        "学工号": NUMBER,
        "卡类": "学生卡",
        "卡状态": "正常",
        "启用日期": f"{campus_today() - timedelta(days=30):%Y-%m-%d}",
        "有效期": f"{campus_today() + timedelta(days=30):%Y-%m-%d}",
        "挂失时间": "",
    } | other


def told(door, number=UID, *, sequence=1):
    decision, _passage = pass_door(door=door, sequence=sequence, text=number.lower(), direction="in")
    return decision.code


def test_a_card_of_the_vendor_opens_by_the_rules_of_the_door(vendor, door, student):
    report = vendor([card(), card("04A1B2C4", 卡类="教师卡")])
    assert (report.state, report.counts["rejected"]) == ("applied", 0)
    assert told(door) == "allowed"
    assert told(door, "04A1B2C4", sequence=2) == "no_rule"
    assert told(door, "04FFFFFF", sequence=3) == "card_unknown"
    assert list(Passage.objects.order_by("sequence").values_list("person_id", "credential")) == [
        (student, f"card:{UID}"),
        (student, "card:04A1B2C4"),
        (None, ""),
    ]


@pytest.mark.parametrize(
    ("other", "code"),
    [
        (lambda: {"卡状态": "已挂失", "挂失时间": "2026-11-01 08:30"}, "card_lost"),
        (lambda: {"卡状态": "已注销"}, "card_closed"),
        (lambda: {"启用日期": f"{campus_today() + timedelta(days=1):%Y-%m-%d}"}, "not_yet_valid"),
        (lambda: {"有效期": f"{campus_today() - timedelta(days=1):%Y-%m-%d}"}, "card_expired"),
    ],
)
def test_one_that_is_not_good_opens_nothing_and_says_why(vendor, door, other, code):
    vendor([card(**other())])
    assert told(door) == code


def test_its_number_stands_hashed_in_the_doors_list_until_the_vendor_says_otherwise(vendor, door):
    vendor([card()])
    first = current_list(door)
    assert DoorListRow.objects.exclude(profile="").count() == 1
    assert current_list(door).version == first.version
    vendor([card(卡状态="已挂失", 挂失时间="2026-11-01 08:30")])
    current_list(door)
    assert not DoorListRow.objects.exclude(profile="").exists()


def test_while_the_system_in_the_box_writes_them_they_count_for_nothing_here(door):
    row = {"uid": UID, "campus_no": NUMBER, "holder_class": "student", "state": "issued"}
    datahub.put("card.card", [row | {"valid_from": campus_today(), "valid_until": campus_today()}], by=SYSTEM)
    assert told(door) == "card_unknown"
    assert not any(isinstance(one, SharedCards) for one in issuers.speaking())


def test_forms_offer_the_classes_of_the_table(vendor, door):
    assert ("student", "学生卡（整类）") in [pair for _group, pairs in issuers.choices() for pair in pairs]
