"""Machines on the map: what they say of themselves, what everybody sees, what the office must see to."""

import time
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from nanhu.kernel.clock import now
from nanhu.platforms.terminals import jobs
from nanhu.platforms.terminals.api import Kiosk, KioskAlarm, LoggedRequest, Terminal
from nanhu.platforms.terminals.kiosk_desk import desk
from nanhu.platforms.terminals.rules import Condition, serves, troubles
from nanhu.platforms.terminals.sample import KioskOrder, set_up_kiosks
from nanhu.platforms.terminals.services.kiosks import watch_for_silence
from nanhu.systems.card.devices.tests.asking import Device
from nanhu.systems.card.models import Till
from nanhu.systems.card.tests.conftest import SYSTEM, queries_of
from nanhu.testing.pages import PageTests

ORDERS = [
    KioskOrder(number="KL101", kind="load_kiosk", yard="南院", place="南院一食堂", map_x=120, map_y=380),
    KioskOrder(number="KR101", kind="reissue_kiosk", yard="东院", place="东院1号教学楼门口", map_x=790, map_y=180),
]


ALARMS = (("KL101", "失去联系"), ("KR101", "空白卡用完"), ("KL101", "纸将用完"))
"""Newest first, as the office reads them."""


@pytest.fixture
def field(campus):
    set_up_kiosks(by=SYSTEM, kiosks=ORDERS)
    return campus


def say(number: str, *, seconds: float = 0, **facts):
    facts = {"paper": "full", "said_at": time.time() + seconds} | facts
    return Device(number).ask("kiosk/report", facts, sequence=0)


def open_kinds() -> set[str]:
    return set(KioskAlarm.objects.filter(cleared_at=None).values_list("kind", flat=True))


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (Condition(), set()),
        (Condition(paper="low", cards_left=21), {"paper_low"}),
        (Condition(paper="out", cards_left=20), {"paper_out", "cards_low"}),
        (Condition(cards_left=0, fault="jam"), {"cards_out", "jam"}),
    ],
)
@pytest.mark.capability("A119.2", "A140.2")
def test_what_is_wrong_with_a_machine(condition, found):
    assert troubles(condition) == found


@pytest.mark.capability("A119.2")
def test_a_machine_without_blank_cards_makes_none_yet_loads():
    assert not serves("reissue_kiosk", frozenset({"cards_out"}), online=True)
    assert serves("load_kiosk", frozenset({"paper_out", "cards_out"}), online=True)
    assert not serves("load_kiosk", frozenset(), online=False)


def test_setting_up_again_adds_nothing(field):
    assert set_up_kiosks(by=SYSTEM, kiosks=ORDERS) == 0
    assert Kiosk.objects.count() == 2
    assert not Till.objects.filter(terminal__in=Kiosk.objects.values("terminal")).exists()


@pytest.mark.capability("A140.2")
def test_a_report_raises_an_alarm_once_and_the_next_clears_it(field):
    for _turn in range(2):
        assert say("KR101", cards_left=7, fault="jam")["noted"]
    assert open_kinds() == {"cards_low", "jam"}
    assert KioskAlarm.objects.count() == 2
    say("KR101", cards_left=100)
    assert open_kinds() == set()
    assert LoggedRequest.objects.count() == 0


def test_an_older_report_that_arrives_late_changes_nothing(field):
    say("KL101", paper="out")
    assert not say("KL101", seconds=-30)["noted"]
    assert open_kinds() == {"paper_out"}


def test_a_report_from_the_future_counts_as_now(field):
    say("KL101", seconds=9000)
    time.sleep(0.01)
    assert say("KL101", paper="low")["noted"]


@pytest.mark.parametrize(
    "facts", [{"paper": "wet"}, {"fault": "fire"}, {"cards_left": -1}, {"said_at": "now"}, {"said_at": 1e300}]
)
def test_a_strange_report_is_malformed(field, facts):
    assert say("KL101", **facts)["code"] == "malformed"
    assert Kiosk.objects.get(terminal__number="KL101").reported_at is None


@pytest.mark.capability("A140.1")
def test_silence_is_an_alarm_until_the_machine_speaks_again(field):
    say("KL101")
    assert watch_for_silence() == 1
    Terminal.objects.filter(number="KL101").update(last_seen=now() - timedelta(minutes=6))
    assert watch_for_silence() == 1
    assert watch_for_silence() == 0
    say("KL101")
    assert KioskAlarm.objects.get(cleared_at=None).kiosk.terminal.number == "KR101"


@pytest.mark.capability("A140.2")
def test_one_alarm_of_a_kind_at_a_time(field):
    machine = Kiosk.objects.get(terminal__number="KL101")
    KioskAlarm.objects.create(kiosk=machine, kind="jam", raised_at=now())
    with pytest.raises(IntegrityError), transaction.atomic():
        KioskAlarm.objects.create(kiosk=machine, kind="jam", raised_at=now())


@pytest.mark.capability("A119.2", "A140.1", "A140.2")
def test_everybody_sees_where_the_machines_are_and_which_work(field):
    say("KL101", paper="low")
    say("KR101", cards_left=0)
    page = field.client("student").get("/card/machines/").content.decode()
    assert "南院一食堂" in page
    assert "可用 · 纸将用完" in page
    assert "暂停服务 · 空白卡用完" in page
    assert "这些终端不收现金" in page
    for number, tone, x, y in (("KL101", "attention", 120, 380), ("KR101", "danger", 790, 180)):
        spot = page.partition(f'<a href="#{number}">')[2].partition("</a>")[0]
        assert f"machine-spot-{tone}" in spot
        assert f'cx="{x}" cy="{y}"' in spot
    only = field.client("student").get("/card/machines/?kind=load_kiosk").content.decode()
    assert "南院一食堂" in only
    assert "东院1号教学楼门口" not in only
    Terminal.objects.filter(number="KL101").update(last_seen=now() - timedelta(minutes=6))
    jobs.watch_kiosks()
    assert "失去联系" in field.client("student").get("/card/machines/").content.decode()
    assert field.client("student").get("/card/machines/alarms/").status_code == 404
    shown = field.client("clerk").get("/card/machines/alarms/").content.decode()
    rows = shown.partition("现在要处理的")[2].partition("</tbody>")[0].partition("<tbody>")[2].split("</tr>")[:-1]
    assert [[word in row for word in words] for words, row in zip(ALARMS, rows, strict=True)] == [[True, True]] * 3
    for number in ("KL101", "KR101"):
        say(number, seconds=1, cards_left=100)
    office = field.client("clerk").get("/card/machines/alarms/").context
    assert (office["open"], len(office["page"])) == ([], 3)
    page = field.client("student").get("/card/machines/").content.decode()
    assert page.count("machine-spot-good") == 2
    say("KL101", seconds=-30, paper="out")
    page = field.client("student").get("/card/machines/").content.decode()
    assert (page.count("machine-spot-good"), open_kinds()) == (2, set()), "a report from before says nothing of now"
    Terminal.objects.filter(number="KR101").update(state="retired", retired_at=now())
    page = field.client("student").get("/card/machines/").content.decode()
    assert ("KL101" in page, "KR101" in page) == (True, False), "what was taken away stands on no map"


@pytest.mark.parametrize("fault", ["jam", "reader", "writer"])
@pytest.mark.capability("A119.3", "A140.1")
def test_a_machine_that_is_stuck_is_shown_out_of_service_and_told_to_the_office(field, fault):
    say("KR101", cards_left=100, fault=fault)
    page = field.client("student").get("/card/machines/").content.decode()
    assert "machine-spot-danger" in page.partition('<a href="#KR101">')[2].partition("</a>")[0]
    assert "暂停服务" in page
    assert open_kinds() == {fault}
    office = field.client("clerk").get("/card/machines/alarms/").context["open"]
    assert [(one.kiosk.terminal.number, one.kind) for one in office] == [("KR101", fault)]
    say("KR101", seconds=1, cards_left=100)
    page = field.client("student").get("/card/machines/").content.decode()
    assert "machine-spot-good" in page.partition('<a href="#KR101">')[2].partition("</a>")[0]
    assert not open_kinds()


def test_the_pages_ask_the_database_a_bounded_number_of_times(field):
    say("KL101", paper="out")
    assert queries_of(field.client("student"), "/card/machines/") <= 12
    assert queries_of(field.client("clerk"), "/card/machines/alarms/") <= 14


def test_an_empty_campus_says_so(campus):
    assert "没有这样的终端" in campus.client("student").get("/card/machines/").content.decode()
    assert "没有报警" in campus.client("clerk").get("/card/machines/alarms/").content.decode()


class TestKiosks(PageTests):
    desk = desk

    @pytest.fixture
    def holder(self, field):
        return field.client("clerk")

    @pytest.fixture
    def stranger(self, field):
        return field.client("student")

    def fill(self, count):
        machine, moment = Kiosk.objects.get(terminal__number="KL101"), now()
        KioskAlarm.objects.bulk_create(
            KioskAlarm(kiosk=machine, kind="jam", raised_at=moment, cleared_at=moment) for _one in range(count)
        )
