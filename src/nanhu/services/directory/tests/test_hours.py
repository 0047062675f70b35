"""Hours of units through the desk: seasons, closed days, what a unit takes over from the one above, and promises that go by them."""

from datetime import date, datetime

import pytest
import time_machine
from django.db import IntegrityError

from nanhu.kernel.clock import CAMPUS_ZONE
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.flows import api as flows
from nanhu.services.directory.models import UnitHours
from nanhu.services.directory.publishing import BY, publish_hours, publish_phones
from nanhu.services.directory.services import hours

pytestmark = pytest.mark.django_db
DESK, BOOK = "/directory/desk/", "/directory/"
SUMMER = {"title": "夏季作息", "hours": "08:00-12:00 15:00-18:00", "starts_on": "2026-05-01", "ends_on": "2026-09-30"}
WINTER = {"title": "冬季作息", "hours": "08:30-12:00 14:00-17:30", "starts_on": "2026-10-01", "ends_on": ""}


def at(month, day, hour, minute=0):
    return datetime(2026, month, day, hour, minute, tzinfo=CAMPUS_ZONE)


def enter(client, said, *, unit="", path="new/"):
    return client.post(f"{DESK}hours/{path}", {"unit": unit, "other_hours": "", "reason": "校办〔2026〕8 号", **said})


def publish():
    with time_machine.travel(at(9, 1, 9)):
        publish_hours()
    flows.timetables.forget()


@pytest.fixture
def seasons(school):
    """Entered by the office for the whole school, and published."""
    with time_machine.travel(at(4, 1, 9)):
        keeper = school.client("T0001")
        assert [enter(keeper, said).status_code for said in (SUMMER, WINTER)] == [302, 302]
    publish()
    return school


def test_a_promise_holds_over_a_season_change_and_a_holiday(seasons):
    """Wednesday 30 September 16:00, 480 minutes. That day gives 120 until 18:00 (summer); 1–7 October are holidays; Thursday 8 October
    gives 210 + 150 by winter's hours: 8:30–12:00, then 14:00–16:30."""
    start = at(9, 30, 16)
    due = at(10, 8, 16, 30)
    assert flows.due_after(start, 480, "20") == due
    assert flows.due_after(start, 480) == due, "what has no unit goes by the school's"
    assert flows.minutes_between(start, due, "20") == 480
    assert flows.due_after(at(3, 2, 18), 60) == at(3, 3, 9, 30), (
        "before any season the school's file: until 18:30, from 09:00"
    )


@pytest.mark.capability("A068.3")
def test_a_closed_day_of_a_unit_gives_no_minutes_to_it_and_to_no_other(seasons):
    day = {"title": "盘点", "starts_on": "2026-10-08", "ends_on": "2026-10-08"}
    half = {"title": "运动会", "starts_on": "2026-10-09", "ends_on": "2026-10-09", "hours": "08:30-09:30"}
    with time_machine.travel(at(9, 1, 9)):
        keeper = seasons.client("T0002")
        for said in (day, half):
            assert enter(keeper, {"hours": "", **said}, unit="20", path="closed/").status_code == 302
        assert enter(keeper, day, path="closed/").status_code == 403, "the whole school is not his"
        assert enter(keeper, day, unit="21", path="closed/").status_code == 403
    publish()
    assert flows.due_after(at(9, 30, 16), 180, "20") == at(10, 9, 9, 30), "120, nothing on the 8th, an hour on the 9th"
    assert flows.due_after(at(9, 30, 16), 180, "21") == at(10, 8, 9, 30)


@pytest.mark.capability("A068.3")
def test_a_unit_says_otherwise_than_the_school_for_the_days_that_it_names(seasons):
    with time_machine.travel(at(4, 1, 9)):
        own = {"title": "报账季", "hours": "10:00-11:00", "starts_on": "2026-06-01", "ends_on": "2026-06-30"}
        assert enter(seasons.client("T0002"), own, unit="20").status_code == 302
    publish()
    rows = datahub.rows("unit.hours", {"unit_code": "20"})
    assert [(row.starts_on, row.ends_on, row.title) for row in rows] == [
        (date(2026, 5, 1), date(2026, 5, 31), "夏季作息"),
        (date(2026, 6, 1), date(2026, 6, 30), "报账季"),
        (date(2026, 7, 1), date(2026, 9, 30), "夏季作息"),
        (date(2026, 10, 1), None, "冬季作息"),
    ]
    assert len(datahub.rows("unit.hours", {"unit_code": "21"})) == 2
    assert {row.unit_code for row in datahub.rows("unit.hours", {"is_school": True})} == {"00"}


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (at(9, 30, 16), "在办公，到 18:00"),
        (at(10, 9, 17, 45), "不在办公时间，10月10日 08:30 开"),
        (at(10, 1, 10), "不在办公时间，10月8日 08:30 开"),
    ],
)
@pytest.mark.capability("A068.3")
def test_a_phone_without_hours_of_its_own_goes_by_the_season(seasons, moment, words):
    seasons.phone("出纳")
    with time_machine.travel(moment):
        flows.timetables.forget()
        assert words in seasons.client("T0003").get(BOOK).content.decode()


@pytest.mark.capability("A068.3")
def test_on_a_closed_day_nobody_answers_whatever_the_phones_own_hours_say(seasons):
    seasons.phone("出纳", hours="00:00-23:59")
    with time_machine.travel(at(9, 1, 9)):
        closed = {"title": "盘点", "starts_on": "2026-10-08", "ends_on": "2026-10-08", "hours": ""}
        enter(seasons.client("T0001"), closed, unit="20", path="closed/")
    publish()
    with time_machine.travel(at(10, 8, 10)):
        assert "不在办公时间，10月9日 00:00 开" in seasons.client("T0003").get(BOOK).content.decode()


def test_a_season_ends_and_what_has_been_stays(seasons):
    with time_machine.travel(at(6, 1, 9)):
        keeper = seasons.client("T0001")
        summer = UnitHours.objects.get(title="夏季作息")
        assert seasons.client("T0002").post(f"{DESK}hours/{summer.public_id}/end/").status_code == 404
        assert keeper.post(f"{DESK}hours/{summer.public_id}/end/").status_code == 302
    rule = UnitHours.objects.get(title="夏季作息", withdrawn_at=None)
    assert (rule.starts_on, rule.ends_on) == (date(2026, 5, 1), date(2026, 5, 31))


@pytest.mark.parametrize(
    "bad",
    [
        {"hours": ""},
        {"hours": "12:00-08:30"},
        {"hours": "08:00-12:00+08:00"},
        {"ends_on": "2026-04-01"},
        {"title": ""},
        {"title": "夏\x00季"},
        {"reason": ""},
        {"unit": "99 没有"},
    ],
)
def test_what_are_no_hours_is_refused_beside_its_field(school, bad):
    said = SUMMER | bad
    unit = said.pop("unit", "")
    assert enter(school.client("T0001"), said, unit=unit).status_code == 422
    assert not UnitHours.objects.exists()


def test_other_systems_read_the_phones(school):
    phone = school.phone("出纳", hours="08:30-12:00")
    publish_phones()
    [row] = datahub.rows("unit.phone")
    assert (row.phone, row.unit_code, row.number, row.is_emergency) == (str(phone.public_id), "20", "8703568", False)
    school.client("T0001").post(f"{DESK}{phone.public_id}/remove/")
    publish_phones()
    assert datahub.rows("unit.phone") == []


@pytest.mark.capability("A068.3")
@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (at(9, 2, 10), "在办公，到 12:30"),
        (at(9, 2, 13), "不在办公时间，9月2日 15:30 开"),
        (at(10, 8, 10), "不在办公时间，10月9日 09:00 开"),
    ],
)
def test_where_no_season_holds_a_phone_goes_by_the_schools_hours(school, moment, words):
    school.phone("出纳")
    closed = {"title": "盘点", "starts_on": "2026-10-08", "ends_on": "2026-10-08", "hours": ""}
    with time_machine.travel(at(9, 1, 9)):
        assert enter(school.client("T0001"), closed, unit="20", path="closed/").status_code == 302
    publish()
    with time_machine.travel(moment):
        flows.timetables.forget()
        assert words in school.client("T0003").get(BOOK).content.decode()


@pytest.mark.parametrize("bad", ["9点", "12:00-08:00", "08:00-12:00 11:00-13:00", "8", "08:00Z-12:00"])
def test_hours_that_another_system_wrote_wrongly_are_left_out_and_stop_no_page(school, bad, caplog):
    good = {"unit_code": "20", "kind": "season", "starts_on": date(2026, 5, 1), "ends_on": None, "title": "作息"}
    rows = [
        good | {"hours": "08:00-12:00", "other_hours": "", "is_school": False},
        good | {"unit_code": "21", "hours": bad, "other_hours": "", "is_school": False},
    ]
    datahub.put_own("unit.hours", rows, by=BY, is_whole=True)
    flows.timetables.forget()
    assert set(flows.timetables()) == {"20"}
    assert "hours of unit 21" in caplog.text
    assert flows.due_after(at(9, 2, 9), 60, "21") == at(9, 2, 10), "the school's hours"


def test_of_two_who_enter_hours_at_once_the_second_is_told_so(school, monkeypatch):
    def overtaken(**_facts):
        raise IntegrityError("directory_unit_hours_no_overlap")

    monkeypatch.setattr(hours, "supersede", overtaken)
    told = enter(school.client("T0001"), SUMMER)
    assert (told.status_code, "刚才有人改过这条作息" in told.content.decode()) == (409, True)


@pytest.mark.parametrize("path", ["new/", "closed/"])
def test_hours_end_within_two_years(school, path):
    said = {"title": "停", "hours": "08:00-12:00", "starts_on": "2026-09-02"}
    with time_machine.travel(at(9, 1, 9)):
        keeper = school.client("T0001")
        refused = enter(keeper, said | {"ends_on": "2062-09-02"}, path=path)
        assert refused.status_code == 422
        assert "最多写到两年以后" in refused.content.decode()
        assert enter(keeper, said | {"ends_on": "2028-08-31"}, path=path).status_code == 302
