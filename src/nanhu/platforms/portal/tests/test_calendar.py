"""The calendar feed: one secret address a person, which tells nothing to whoever has it not; read by two programs nobody here wrote."""

import os
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

import pytest
import vobject
from django.test import Client
from icalendar import Calendar

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_time, campus_today, now
from nanhu.kernel.models import AuditEntry
from nanhu.kernel.registry import CalendarFeed, Occurrence, calendar_feeds
from nanhu.kernel.tests.counting import made_anew, statements_of
from nanhu.platforms.campus import api as campus
from nanhu.platforms.campus import sample as campus_sample
from nanhu.platforms.identity.models import Account
from nanhu.platforms.people import api as people
from nanhu.platforms.portal.models import CalendarAddress
from nanhu.platforms.portal.tests.conftest import TEST, join

MOST_OF_A_FEED = 11


@pytest.fixture
def feeds(monkeypatch):
    """No room's own; one that has nothing to say."""
    monkeypatch.setattr(calendar_feeds, "_entries", {})
    calendar_feeds.add(CalendarFeed(key="quiet", title="没有内容的", load=lambda *_asked: []))
    return calendar_feeds


def occurrence(**given):
    plain = {
        "uid": "test.1",
        "title": '校历; 第1周, \\ 引号"\n换行',
        "starts": campus_today(),
        "ends": campus_today() + timedelta(days=7),
        "changed_at": now(),
    }
    return Occurrence(**plain | given)


def lesson(**given):
    begins = now().replace(microsecond=0)
    return occurrence(
        uid="test.2",
        title="高等数学" * 20,
        starts=begins,
        ends=begins + timedelta(minutes=95),
        place="一教101",
        **given,
    )


def made(client):
    answer = client.post("/calendar/subscription/make/", {"feeds": [one.key for one in calendar_feeds]})
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    return answer.context["url"]


def read(client, url):
    return client.get(url.partition("testserver")[2])


def test_all_feeds_of_the_house_ask_little_and_make_no_statement_anew(student):
    url, stranger = made(student), Client()
    read(stranger, url)
    assert len(statements_of(lambda: read(stranger, url))) <= MOST_OF_A_FEED
    assert made_anew(lambda: read(stranger, url)) == []


@pytest.mark.capability("A052.2")
def test_it_is_read_by_two_programs_as_it_was_meant(feeds, student):
    one, two, gone = (
        occurrence(sequence=3, description="依据"),
        lesson(sequence=1),
        occurrence(uid="test.3", is_cancelled=True),
    )
    feeds.add(CalendarFeed(key="test", title="测试", load=lambda *_asked: [one, two, gone]))
    answer = read(student, made(student))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    content = answer.content
    assert all(len(line) <= 75 for line in content.split(b"\r\n")), "folded by octets"

    strict = Calendar.from_ical(content).events
    assert all(not event.errors for event in strict)
    first, second, third = strict
    assert (first["uid"], first["sequence"], str(first["summary"])) == ("test.1@nanhu", 3, one.title)
    assert (first.decoded("dtstart"), first.decoded("dtend")) == (one.starts, one.ends)
    assert (second.decoded("dtstart"), second.decoded("dtend"), str(second["location"])) == (
        two.starts,
        two.ends,
        "一教101",
    )
    assert third["status"] == "CANCELLED"

    other = {event.uid.value: event for event in vobject.readOne(content.decode()).vevent_list}
    assert other["test.1@nanhu"].summary.value == one.title
    assert type(other["test.1@nanhu"].dtstart.value) is date
    assert other["test.2@nanhu"].summary.value == two.title
    assert isinstance(other["test.2@nanhu"].dtstart.value, datetime)
    assert other["test.2@nanhu"].dtstart.value == two.starts
    assert other["test.1@nanhu"].sequence.value == "3"


KHAL = """
[calendars]
[[school]]
path = {folder}/school
type = calendar
[locale]
local_timezone = Asia/Shanghai
default_timezone = Asia/Shanghai
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
[sqlite]
path = {folder}/khal.db
"""


@pytest.mark.slow
@pytest.mark.capability("A052.2")
def test_khal_takes_it_in_and_shows_it_on_the_days_it_was_meant_for(feeds, student, tmp_path):
    """A calendar program that people use, with its own clock, store and reading of time zones."""
    lecture = replace(lesson(), title="高等数学; 第二章")
    feeds.add(CalendarFeed(key="test", title="测试", load=lambda *_asked: [occurrence(title="军训"), lecture]))
    (tmp_path / "school").mkdir()
    (tmp_path / "school.ics").write_bytes(read(student, made(student)).content)
    (tmp_path / "config").write_text(KHAL.format(folder=tmp_path), "utf-8")

    def khal(*arguments):
        command = ["khal", "-c", str(tmp_path / "config"), *arguments]
        environment = {**os.environ, "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}
        return subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout

    khal("import", "--batch", "-a", "school", str(tmp_path / "school.ics"))
    said = "{start-long}|{end-long}|{title}|{location}"
    shown = khal("list", "--once", "--day-format", "", "--format", said, f"{campus_today() - timedelta(days=1)}", "9d")
    begins, ends = (f"{campus_time(moment):%Y-%m-%d %H:%M}" for moment in (lecture.starts, lecture.ends))
    last = campus_today() + timedelta(days=6)
    assert sorted(shown.splitlines()) == sorted(
        [f"{campus_today()}|{last}|军训|", f"{begins}|{ends}|高等数学; 第二章|一教101"]
    )


def test_a_deadline_is_a_moment_without_an_end(feeds, student):
    """DTEND must be later than DTSTART (RFC 5545, 3.8.2.2): a strict reader refuses one that is not."""
    due = lesson()
    feeds.add(CalendarFeed(key="test", title="测试", load=lambda *_asked: [replace(due, ends=due.starts)]))
    [event] = Calendar.from_ical(read(student, made(student)).content).events
    assert event.decoded("dtstart") == due.starts
    assert not {"DTEND", "DURATION"} & event.keys()


@pytest.mark.capability("A052.2")
def test_a_feed_is_asked_for_its_owner_without_any_role_and_some_days(feeds, clerk):
    seen = []
    feeds.add(CalendarFeed(key="test", title="测试", load=lambda *asked: seen.append(asked) or []))
    read(Client(), made(clerk))
    [(viewer, since, until)] = seen
    assert (viewer.name, viewer.campus_no, viewer.roles) == ("周敏", "T00555", frozenset())
    assert since < campus_today() - timedelta(days=60) < campus_today() + timedelta(days=365) < until


@pytest.mark.capability("A052.2")
def test_nobody_learns_whether_an_address_ever_was_one_and_no_log_keeps_it(feeds, student, teacher, caplog):
    url, others = made(student), made(teacher)
    visitor = Client()
    assert read(visitor, url).status_code == 200
    again = made(student)
    assert read(visitor, again).status_code == 200
    student.post("/calendar/subscription/revoke/")
    assert AuditEntry.objects.filter(action="portal.revoke_calendar_address", actor="林小雨").count() == 1
    assert [read(visitor, one).status_code for one in (url, again)] == [404, 404], "by another, and by one's own word"
    assert read(visitor, others).status_code == 200, "each ends one's own"
    Account.objects.update(state=Account.State.ACTIVE)
    locked = made(student)
    Account.objects.update(state=Account.State.SUSPENDED)
    answers = [read(visitor, one) for one in (url, again, locked, "http://testserver/calendar/nonsense.ics")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert not visitor.cookies
    secrets = [one.rpartition("/")[2].removesuffix(".ics") for one in (url, again, locked)]
    assert not any(secret in caplog.text for secret in secrets)


@pytest.mark.capability("A052.2")
def test_the_address_is_said_once_and_kept_as_a_digest(feeds, student):
    url = made(student)
    secret = url.rpartition("/")[2].removesuffix(".ics")
    assert len(secret) >= 43
    row = CalendarAddress.objects.get()
    assert bytes(row.digest) == sha256(secret.encode()).digest()
    page = student.get("/calendar/subscription/").content.decode()
    assert secret not in page
    assert "还没有程序来读过" in page
    read(Client(), url)
    assert "最近一次来读" in student.get("/calendar/subscription/").content.decode()
    made(student)
    assert CalendarAddress.objects.filter(revoked_at=None).count() == 1
    assert AuditEntry.objects.filter(action="portal.make_calendar_address").count() == 2


@pytest.mark.capability("A052.2")
def test_who_has_read_it_is_told_that_it_is_the_same(feeds, student):
    feeds.add(
        CalendarFeed(
            key="test",
            title="测试",
            load=lambda *_asked: [
                occurrence(uid=f"test.{n}", changed_at=datetime(2026, 9, 1, tzinfo=UTC)) for n in range(20)
            ],
        )
    )
    url = made(student)
    answer = read(student, url)
    path = url.partition("testserver")[2]
    assert student.get(path, headers={"if-none-match": answer["ETag"]}).status_code == 304
    packed = Client().get(path, headers={"accept-encoding": "gzip"})
    assert (packed["Content-Encoding"], packed["ETag"]) == ("gzip", f"W/{answer['ETag']}")
    assert Client().get(path, headers={"if-none-match": packed["ETag"]}).status_code == 304
    assert Client().get(path, headers={"if-none-match": '"another"'}).status_code == 200
    assert student.post(path).status_code == 405


def broken(*_asked):
    yield occurrence(uid="test.half")
    raise ZeroDivisionError


@pytest.mark.capability("A052.2")
def test_a_room_that_breaks_leaves_the_others_part_whole_and_is_named(feeds, student):
    feeds.add(CalendarFeed(key="broken", title="课表", load=broken))
    whole = occurrence()
    feeds.add(CalendarFeed(key="test", title="测试", load=lambda *_asked: [whole]))
    url = made(student)
    answer = read(student, url)
    events = {str(one["uid"]): str(one["summary"]) for one in Calendar.from_ical(answer.content).events}
    assert events.keys() == {"portal.missing.broken@nanhu", "test.1@nanhu"}
    assert "课表" in events["portal.missing.broken@nanhu"]
    assert read(student, url)["ETag"] == answer["ETag"]


def test_what_breaks_while_it_is_read_keeps_the_address_out_of_the_log(feeds, student, caplog, monkeypatch):
    url = made(student)
    visitor = Client(raise_request_exception=False)
    monkeypatch.setattr("nanhu.platforms.portal.views.calendar.reader_at", lambda _secret: 1 / 0)
    assert read(visitor, url).status_code == 500
    assert url.rpartition("/")[2].removesuffix(".ics") not in caplog.text
    assert "Internal Server Error: /calendar/subscription/" in caplog.text


def test_a_visitor_has_no_page_to_make_one(db):
    assert Client().post("/calendar/subscription/make/").status_code in {302, 404}
    assert not CalendarAddress.objects.exists()


@pytest.mark.capability("A052.2")
def test_the_schools_calendar_stands_in_everybodys_feed_and_a_moved_day_stays_the_same_event(student):
    by = Actor.system("test")
    monday = campus_today() - timedelta(days=campus_today().weekday())
    year = monday.year - (monday.month < 7)
    order = campus.TermOrder(year=year, season=1, name="本学期", first_monday=monday)
    term = campus_sample.plan_term(by=by, order=order)
    url = made(student)

    def events():
        return {str(one["uid"]): one for one in Calendar.from_ical(read(student, url).content).events}

    weeks = [uid for uid in events() if uid.startswith("campus.week.")]
    assert len(weeks) == 18
    moved = monday + timedelta(days=8)
    campus_sample.decide_day(by=by, day=monday, reason="校庆")
    campus_sample.decide_day(by=by, day=moved, reason="校运会")
    uid = f"campus.day.{moved}@nanhu"
    first = events()[uid]
    campus_sample.decide_day(by=by, day=moved, week=1, weekday=1, reason="改期")
    second = events()[uid]
    assert (str(first["summary"]), second["sequence"] > first["sequence"]) == ("不上课", True)
    assert "第 1 周周一" in str(second["summary"])
    assert term.key in weeks[0]


@pytest.mark.capability("A052.2")
def test_the_address_gives_out_what_was_chosen_and_hides_why_somebody_is_away(feeds, teacher, student):
    ill = lesson(is_private=True, url="/hr/leave/1/")
    feeds.add(CalendarFeed(key="leave", title="请假", load=lambda *_asked: [ill]))
    feeds.add(
        CalendarFeed(
            key="meetings",
            title="会议",
            load=lambda *_asked: [occurrence(uid="test.9", title="与林小雨谈话", outside_title="校务会")],
        )
    )
    url, others = made(teacher), made(student)
    content = read(teacher, url).content
    assert [said for said in ("高等数学", "一教101", "/hr/leave/1/", "林小雨") if said in content.decode()] == []
    assert {str(one["summary"]) for one in Calendar.from_ical(content).events} == {"不在", "校务会"}
    assert teacher.post("/calendar/subscription/sources/", {"feeds": ["leave"]}).status_code == 302
    assert AuditEntry.objects.filter(action="portal.choose_calendar_sources").count() == 1
    assert [str(one["summary"]) for one in Calendar.from_ical(read(Client(), url).content).events] == ["不在"]
    teacher.post("/preferences/language/en")
    assert [str(one["summary"]) for one in Calendar.from_ical(read(Client(), url).content).events] == ["Away"]
    chosen = teacher.post("/calendar/subscription/make/", {"feeds": ["meetings"]}).context["url"]
    assert [str(one["summary"]) for one in Calendar.from_ical(read(Client(), chosen).content).events] == ["校务会"]
    assert "校务会" in read(Client(), others).content.decode(), "and nothing of another's"
    assert teacher.post("/calendar/subscription/sources/", {"feeds": ["nonsense"]}).status_code == 422


@pytest.mark.parametrize(("when", "status"), [("before", 200), ("meanwhile", 404)])
def test_an_address_made_while_two_were_taken_for_one_is_read_no_more_once_they_are_told_apart(
    feeds, student, when, status
):
    join("王小雨", student="20240599")
    both = [people.find_person_by_campus_no(one) for one in ("20240518", "20240599")]
    url = made(student) if when == "before" else ""
    merged = people.merge_persons(by=TEST, kept_id=both[0], gone_id=both[1], reason="同一个人")
    url = url or made(student)
    people.part_persons(by=TEST, merge_id=merged.pk, reason="是两个人")
    assert read(Client(), url).status_code == status
