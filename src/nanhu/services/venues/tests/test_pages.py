"""Every page of both consoles; the five presets with their forms; signs, calendars, pictures; who keeps what."""

import io
from datetime import date, timedelta
from itertools import count
from uuid import uuid4

import icalendar
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.models import AuditEntry
from nanhu.kernel.registry import Owner
from nanhu.platforms.access import sample as access
from nanhu.platforms.campus import api as campus
from nanhu.platforms.campus.sample import set_up_rooms
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.flows.models import Case
from nanhu.platforms.flows.services import definitions
from nanhu.platforms.identity import api as identity
from nanhu.platforms.messages.models import Message
from nanhu.services.venues import jobs, queries, registrations
from nanhu.services.venues.book import book
from nanhu.services.venues.desk import desk
from nanhu.services.venues.models import Application, Booking, Opening, Picture, Venue
from nanhu.services.venues.presets import PRESET, USES
from nanhu.services.venues.queries import moment_at
from nanhu.services.venues.services import displacing, keeping, keys
from nanhu.services.venues.tests.conftest import SYSTEM, as_read, in_days
from nanhu.services.venues.tests.test_bookings import decide
from nanhu.services.venues.tests.test_free import free_on, said
from nanhu.testing.pages import PageTests

pytestmark = pytest.mark.django_db
State = Booking.State
ROOMS = count(100)


class VenuePages(PageTests):
    def fill(self, count):
        """Venues with a booking of a student each."""
        room = {"floor": 1, "kind": "hall", "seats": 9, "exam_seats": 0, "area": None, "unit": "", "equipment": []}
        names = [f"b1.{next(ROOMS)}" for _one in range(count)]
        set_up_rooms(by=SYSTEM, rooms={key: {**room, "lock": "key", "name": key, "building": "b1"} for key in names})
        ids, unit = campus.room_ids(names), self.school.units["1016"]
        facts = {"uses": ["hall"], "unit_id": unit, "capacity": 30, "faces": ["student", "staff"], "searched": "x"}
        venues = Venue.objects.bulk_create(Venue(room_id=ids[key], name=f"=1+{key}", **facts) for key in names)
        Opening.objects.bulk_create(
            Opening(venue=one, season="平时", during=(date(2020, 1, 1), None), weekday=day, opens=480, closes=1320)
            for one in venues
            for day in range(1, 8)
        )
        for one in venues:
            self.booked(one)

    def booked(self, venue):
        made = Application.objects.create(
            token=uuid4(),
            use="hall",
            person_id=self.school["S1"],
            person_name="=1+1",
            title="=1+1",
            purpose="=1+1",
            headcount=3,
            held_until=now(),
        )
        hours = {"begins_at": now(), "ends_at": now() + timedelta(hours=1)}
        held = {"held_from": hours["begins_at"], "held_to": hours["ends_at"]}
        Booking.objects.create(application=made, venue=venue, state=State.APPROVED, **hours, **held)


class TestBook(VenuePages):
    desk, is_for_everybody = book, True

    @pytest.fixture
    def holder(self, school):
        self.school = school
        return school.client("S1")


class TestDesk(VenuePages):
    desk = desk

    @pytest.fixture
    def holder(self, school):
        self.school = school
        return school.client("O1")

    @pytest.fixture
    def stranger(self, school):
        return school.client("A1")


def lab_of(school):
    """One room with both uses of the arts' laboratory."""
    made = school.venue("b1.2", "文科综合实验室", uses=["arts_teaching", "arts_other"], capacity=60)
    school.post(made, "lab", "1014", "head")
    return made


@pytest.mark.capability("A168.1")
def test_five_flows_are_preset_in_the_list_of_services_and_among_the_venues(school):
    definitions.publish_all()
    teacher = school.client("A1")
    page = teacher.get("/flows/new/").content.decode()
    assert len(PRESET) == 5
    for key in PRESET:
        assert USES[key].name in page
        assert f'href="/venues/?use=venues.{key}"' in page
        assert teacher.get(f"/flows/new/venues.{key}/").status_code == 404, "one applies where the hours are"
    lab = lab_of(school)
    school.venue("b1.3", "多媒体 301", uses=["media"])
    found = teacher.get("/venues/?use=venues.arts_other").content.decode()
    assert lab.name in found
    assert "多媒体 301" not in found
    student = school.client("S1").get("/flows/new/").content.decode()
    assert [key for key in PRESET if USES[key].name in student] == ["media", "arts_other"]


@pytest.mark.capability("A168.1")
@pytest.mark.parametrize(
    ("use", "extra", "missing", "steps"),
    [
        ("media", {"course": "程序设计"}, "course", ("H1",)),
        ("arts_teaching", {"course": "沙盘推演", "students": "汉语 2401"}, "students", ("H1",)),
        (
            "arts_other",
            {"safety_plan": "王老师在场，断电和灭火器位置已交底，出事打保卫处。"},
            "safety_plan",
            ("H1", "L1"),
        ),
        ("language", {"course": "听力", "software": "录音"}, "course", ("H1",)),
        ("studio", {"platform": "学习通", "technician": "E1"}, "technician", ("H1", "E1")),
    ],
)
def test_each_preset_has_its_own_form_and_its_own_way(school, use, extra, missing, steps):
    venue = school.venue("b1.2", "实验室", uses=[use], capacity=60)
    school.post(venue, "lab", "1014", "head")
    school.post(venue, "technician", "1014", "asset_keeper")
    given = {name: school[value] if name == "technician" else value for name, value in extra.items()}
    reader, teacher, address = school.viewer("A1"), school.client("A1"), f"/venues/{venue.public_id}/apply/"
    form = teacher.get(address).context["form"]
    assert set(extra) <= set(form.fields)
    without = {name: value for name, value in given.items() if name != missing}
    assert teacher.post(address, said(in_days(7), 840, 960) | without).status_code == 422
    whole = said(in_days(7), 840, 960, form_token=uuid4()) | given
    for _twice in range(2):
        answer = teacher.post(address, whole)
        assert answer.status_code == 302, answer.content.decode()
    made = Booking.objects.get()
    assert AuditEntry.objects.get(action="venues.book").facts["number"] == made.application.number
    case = Case.objects.get(pk=made.application.case_id)
    assert (case.definition.key, case.number[:2]) == (f"venues.{use}", USES[use].prefix)
    assert {name: case.data.get(name) for name in given} == given, "what was asked is before who decides"
    [event] = registrations.occurrences(reader, in_days(0), in_days(30))
    assert (event.title, event.is_cancelled) == ("待批：讲座", False)
    other = school.client("C1")
    assert other.post(address, said(in_days(7), 900, 1020) | given).status_code == 409, "held since it was asked for"
    assert other.post(address, said(in_days(8), 840, 960, headcount="61") | given).status_code == 422
    for number in steps:
        made.refresh_from_db()
        assert made.state == State.HELD
        assert decide(other, made).status_code == 404, "whose word it is not"
        school.agree(made, number)
    made.refresh_from_db()
    assert made.state == State.APPROVED
    told = Message.objects.filter(template="venues.booking").values_list("title", flat=True)
    assert [title.partition("：")[0] for title in told] == ["场地申请已批准"]
    page = teacher.get(f"/venues/{venue.public_id}/?day={in_days(7)}").content.decode()
    assert "您已约" in page, "in the week of the venue"
    [event] = registrations.occurrences(reader, in_days(0), in_days(30))
    assert (event.title, event.starts, event.is_cancelled) == ("讲座", moment_at(in_days(7), 840), False)


def test_a_title_that_nobody_sees_is_none_and_none_turns_the_line_around_it(school, hall):
    """It stands at the door, in calendars and in everybody's lists."""
    student, address = school.client("S1"), f"/venues/{hall.public_id}/apply/"
    unseen = said(in_days(7), 840, 960) | {"title": "\u202e\u200b\ufeff"}
    assert student.post(address, unseen).status_code == 422
    turned = unseen | {"title": "\u202e读\u200b书会 👨‍👩‍👧\u2066"}
    assert student.post(address, turned).status_code == 302
    assert Application.objects.get().title == "读书会 👨‍👩‍👧"


def test_the_form_begins_on_the_first_day_that_can_be_booked(school):
    venue = school.venue("b1.2", "实验室", uses=["hall"], notice_days=2)
    address = f"/venues/{venue.public_id}/apply/"
    student = school.client("S1")
    assert student.get(address).context["form"].initial["day"] == campus_today() + timedelta(days=2)
    tapped = student.get(address, {"day": in_days(5).isoformat()})
    assert tapped.context["form"].initial["day"] == in_days(5)


@pytest.mark.capability("A168.2")
def test_a_technician_must_be_free_and_calendars_of_all_show_the_booking(school):
    studio = school.venue("b1.2", "直播室甲", uses=["studio"], capacity=10)
    other = school.venue("b1.3", "直播室乙", uses=["studio"], capacity=10)
    for one in (studio, other):
        school.post(one, "technician", "1014", "asset_keeper")
        school.post(one, "technician", "1014", "secretary")
    first = school.book("A1", studio, 14, 16, technician=school["E1"], headcount=2)
    school.agree(first, "H1", "E1")
    first.refresh_from_db()
    teacher, address = school.client("C1"), f"/venues/{other.public_id}/apply/"
    wanted = said(in_days(7), 900, 1020, headcount="2") | {"platform": "B 站"}
    assert teacher.post(address, wanted | {"technician": school["A1"]}).status_code == 422, "no technician at all"
    refused = teacher.post(address, wanted | {"technician": school["E1"]})
    assert refused.status_code == 409
    assert "已有别的安排" in refused.content.decode()
    assert teacher.post(address, wanted | {"technician": school["E2"]}).status_code == 302
    for number in ("A1", "E1"):
        [event] = list(registrations.occurrences(school.viewer(number), in_days(0), in_days(30)))
        assert (event.uid, event.place) == (f"venues.booking.{first.public_id}", "直播室甲")
    calendar = icalendar.Calendar.from_ical(Client().get(f"/venues/door/{studio.sign_key}.ics").content)
    [event] = calendar.walk("VEVENT")
    assert (str(event["summary"]), event["dtstart"].dt) == ("读书会", first.begins_at)
    displacing.displace(by=SYSTEM, booking=first, reason="考试")
    calendar = icalendar.Calendar.from_ical(Client().get(f"/venues/door/{studio.sign_key}.ics").content)
    event, exam = calendar.walk("VEVENT")
    assert str(exam["summary"]) == "检修", "what displaced it, by its kind"
    assert (str(event["status"]), int(event["sequence"])) == ("CANCELLED", first.sequence + 1)


def test_the_sign_at_the_door_says_now_and_next_without_names(school, hall, travel):
    school.approved("S1", hall, 14, 16, title="迎新晚会")
    school.approved("S2", hall, 18, 20, title="讲座")
    travel(moment_at(in_days(7), 15 * 60))
    page = Client().get(f"/venues/door/{hall.sign_key}/").content.decode()
    assert page.index("使用中") < page.index("迎新晚会") < page.index("接下来") < page.index("讲座")
    assert "林晓湖" not in page
    exam = campus.Hold(
        room=hall.room_id,
        begins_at=moment_at(in_days(8), 840),
        ends_at=moment_at(in_days(8), 960),
        kind="exam",
        key="1",
        what="四六级",
    )
    campus.hold_rooms(by=SYSTEM, source="academic.exam", holds=[exam])
    assert "四六级" in Client().get(f"/venues/door/{hall.sign_key}.ics").content.decode()
    travel(moment_at(in_days(8), 15 * 60))
    page = Client().get(f"/venues/door/{hall.sign_key}/").content.decode()
    assert page.index("使用中") < page.index("四六级")
    for wrong in ("nobody-has-this-one", "\0", "%ff"):
        assert Client().get(f"/venues/door/{wrong}/").status_code == 404
        assert Client().get(f"/venues/door/{wrong}.ics").status_code == 404
    old = hall.sign_key
    assert school.client("K1").post(f"/venues/desk/venues/{hall.public_id}/sign/").status_code == 302
    assert Client().get(f"/venues/door/{old}/").status_code == 404


def venue_form(school, **more):
    given = {
        "name": "新厅",
        "uses": ["hall"],
        "unit": "1016 后勤处",
        "capacity": "80",
        "equipment": "投影 扩音",
        "set_up": "0",
        "clear_up": "0",
        "notice_days": "0",
        "ahead_days": "60",
        "longest_minutes": "480",
        "faces": ["student", "staff"],
        "room": "b2.1",
    }
    return given | more


def test_a_keeper_registers_his_units_venue_and_it_can_be_booked(school):
    keeper = school.client("K1")
    assert keeper.post("/venues/desk/venues/new/", venue_form(school, unit="1008 教务处")).status_code == 403
    assert keeper.post("/venues/desk/venues/new/", venue_form(school, room="b2")).status_code == 422
    assert keeper.post("/venues/desk/venues/new/", venue_form(school, fee_fen="50")).status_code == 422
    answer = keeper.post("/venues/desk/venues/new/", venue_form(school))
    assert answer.status_code == 302, answer.content.decode()
    assert keeper.post("/venues/desk/venues/new/", venue_form(school, name="又一个")).status_code == 409
    made = Venue.objects.get()
    page = f"/venues/desk/venues/{made.public_id}/"
    assert "谁也约不到" in keeper.get(page).content.decode()
    season = {"season": "平时", "starts_on": "2020-01-01", "every": "08:00—12:00 14:00-24:00", "day_6": "", "day_7": ""}
    for bad in ({"every": "12:00-08:00"}, {"ends_on": "9999-12-31"}, {"starts_on": "0001-01-01"}, {"season": "\0"}):
        assert keeper.post(f"{page}season/", season | bad).status_code == 422
    assert (
        keeper.post(
            f"{page}change/", venue_form(school, fee_fen="99999999", fee_item="a.b", revision=as_read(made))
        ).status_code
        == 422
    )
    assert keeper.post(f"{page}season/", season).status_code == 302
    assert Opening.objects.count() == 10
    overlap = season | {"season": "寒假", "starts_on": str(in_days(3))}
    assert keeper.post(f"{page}season/", overlap).status_code == 409
    assert keeper.post(f"{page}post/", {"duty": "first", "unit": "1016 后勤处", "office": "head"}).status_code == 302
    read = {"revision": as_read(made)}
    assert keeper.post(f"{page}change/", venue_form(school, capacity="90", turnover="30", **read)).status_code == 302
    assert keeper.post(f"{page}change/", venue_form(school, capacity="80", **read)).status_code == 409, "a second tab"
    made.refresh_from_db()
    assert (made.capacity, made.turnover) == (90, 30)
    assert "新厅" in school.client("S1").get("/venues/?q=xinting").content.decode()
    assert [hit.title for hit in queries.venue_hits()] == ["新厅"]
    for number in ("E1", "A1", "S1"):
        assert school.client(number).get(page).status_code == 404
    assert keeper.post(f"{page}withdraw/", {"reason": "装修"}).status_code == 302
    assert school.client("S1").get(f"/venues/{made.public_id}/").status_code == 404


@pytest.mark.capability("A168.1")
def test_a_keeper_of_another_unit_finds_nothing_of_ours(school, hall):
    identity.grant_role(by=SYSTEM, account_id=identity.account_with("E1").pk, role="venues.keeper")
    made = school.approved("S1", hall, 14, 16)
    other = school.client("E1")
    for address in (f"venues/{hall.public_id}/", f"bookings/{made.public_id}/"):
        assert other.get(f"/venues/desk/{address}").status_code == 404
    for address in ("change", "season", "post", "picture", "block", "withdraw", "restore", "sign"):
        assert other.post(f"/venues/desk/venues/{hall.public_id}/{address}/", {}).status_code == 404
    for address in ("key-out", "key-in", "absent", "displace"):
        assert other.post(f"/venues/desk/bookings/{made.public_id}/{address}/", {}).status_code == 404
    assert "读书会" not in other.get("/venues/desk/bookings/").content.decode()
    made.refresh_from_db()
    assert made.state == State.APPROVED


def picture_of(kind="JPEG"):
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(out, kind, exif=b"Exif\0\0" if kind == "JPEG" else None)
    return out.getvalue()


def test_pictures_are_checked_by_what_they_are(school, hall):
    keeper, address = school.client("K1"), f"/venues/desk/venues/{hall.public_id}/picture/"
    for name, content in (("厅.jpg", b"<svg onload=alert(1)>"), ("厅.jpg", b"no picture"), ("厅.png", b"")):
        upload = SimpleUploadedFile(name, content, content_type="image/jpeg")
        assert keeper.post(address, {"picture": upload, "words": ""}).status_code == 422
    good = SimpleUploadedFile("厅.png", picture_of("PNG"), content_type="text/html")
    assert keeper.post(address, {"picture": good, "words": "正面"}).status_code == 302
    shown = Picture.objects.get()
    page = school.client("S1").get(f"/venues/{hall.public_id}/").content.decode()
    assert 'alt="正面"' in page
    assert school.client("S1").get(f"/files/{shown.file.public_id}/").status_code == 200
    assert keeper.post(f"/venues/desk/venues/{hall.public_id}/picture/{shown.pk}/drop/").status_code == 302
    assert school.client("S1").get(f"/files/{shown.file.public_id}/").status_code == 404


@pytest.mark.capability("A080.1")
def test_closed_hours_are_offered_to_nobody_and_never_over_a_booking(school, hall):
    school.book("S1", hall, 14, 16)
    keeper, address = school.client("K1"), f"/venues/desk/venues/{hall.public_id}/block/"
    wanted = {"day": str(in_days(7)), "begins": "480", "ends": "720", "reason": "检修"}
    assert keeper.post(address, wanted | {"begins": "840", "ends": "900"}).status_code == 409
    assert keeper.post(address, wanted).status_code == 302
    assert school.client("S2").post(f"/venues/{hall.public_id}/apply/", said(in_days(7), 600, 660)).status_code == 409
    holiday = wanted | {"day": str(in_days(9)), "last_day": str(in_days(15)), "begins": "0", "ends": "1440"}
    assert keeper.post(address, holiday | {"last_day": str(in_days(8))}).status_code == 422
    assert keeper.post(address, holiday).status_code == 302
    assert [free_on(hall, in_days(day)) for day in (9, 12, 15)] == [[], [], []]
    assert free_on(hall, in_days(16)) == [("08:00", "22:00")]
    nothing = {"season": "国庆", "starts_on": str(in_days(20)), "every": "", "day_6": "", "day_7": ""}
    assert keeper.post(address.replace("block", "season"), nothing).status_code == 422


CALENDAR = """BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//old//\r
{events}END:VCALENDAR\r
"""


def event(uid, day, begins, ends, more=""):
    hours = f"DTSTART:{day:%Y%m%d}T{begins}00\r\nDTEND:{day:%Y%m%d}T{ends}00\r\n"
    return f"BEGIN:VEVENT\r\nUID:{uid}\r\nSUMMARY:<b>旧系统 {uid}</b>\r\n{hours}{more}END:VEVENT\r\n"


@pytest.mark.capability("A080.2")
def test_bookings_of_elsewhere_come_in_by_a_calendar_once_and_never_over_others(school, hall):
    school.book("S1", hall, 14, 16)
    keeper, page = school.client("K1"), f"/venues/desk/venues/{hall.public_id}/"

    def hand_in(text):
        file = SimpleUploadedFile("a.ics", text if isinstance(text, bytes) else text.encode())
        return keeper.post(f"{page}bring/", {"file": file})

    for bad in ("no calendar", b"\xff\xfe\0", CALENDAR.format(events=""), "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n"):
        assert hand_in(bad).status_code == 422
    day = in_days(7)
    events = event("1", day, "0900", "1100") + event("2", day, "1500", "1700")
    events += event("3", in_days(8), "0900", "1000", "RRULE:FREQ=DAILY\r\n") + event("4", in_days(-3), "0900", "1000")
    events += "BEGIN:VEVENT\r\nUID:5\r\nDTSTART:99991231T230000Z\r\nDTEND:99991231T233000Z\r\nEND:VEVENT\r\n"
    answer = hand_in(CALENDAR.format(events=events)).content.decode()
    assert "收下 1 次" in answer
    assert "超过 31 天" in answer
    assert answer.count("<li>") >= 2
    assert "<b>旧系统" not in answer
    again = hand_in(CALENDAR.format(events=events)).content.decode()
    assert "收下 0 次，原来就有 1 次" in again
    assert school.client("S2").post(f"/venues/{hall.public_id}/apply/", said(day, 570, 600)).status_code == 409
    [row] = campus.stays(hall.room, moment_at(day, 0), moment_at(day, 700))
    identity.grant_role(by=SYSTEM, account_id=identity.account_with("E1").pk, role="venues.keeper")
    assert school.client("E1").post(f"{page}block/{row.pk}/drop/").status_code == 404
    assert keeper.post(f"{page}block/{row.pk}/drop/").status_code == 302
    assert school.client("S2").post(f"/venues/{hall.public_id}/apply/", said(day, 570, 600)).status_code == 302


@pytest.mark.capability("A080.4")
def test_the_door_opens_for_the_hours_and_who_passed_it_has_come(school, hall, monkeypatch):
    """What the door itself does with such a rule is tried in access."""
    order = access.DoorsOrder(doors=[access.DoorOrder(number="MT901", place="b1.1", name="正门")])
    access.set_up_doors(by=SYSTEM, order=order)
    made = school.approved("S1", hall, 14, 16)
    from nanhu.platforms.access.models import DoorRule

    found = DoorRule.objects.get(public_id__in=made.door_rules)
    assert (found.person_id, found.starts_on, f"{found.from_time:%H:%M}-{found.until_time:%H:%M}") == (
        school["S1"],
        in_days(7),
        "13:30-16:30",
    )
    school.client("S1").post(f"/venues/mine/{made.public_id}/cancel/", {})
    found.refresh_from_db()
    assert found.withdrawn_at is not None


@pytest.mark.capability("A080.4")
def test_the_door_opens_for_a_whole_day_with_set_up_and_clear_up(school):
    """Held from the night before to the night after: the door was open that night and shut all day."""
    order = access.DoorsOrder(doors=[access.DoorOrder(number="MT901", place="b1.1", name="正门")])
    access.set_up_doors(by=SYSTEM, order=order)
    hall = school.venue("b1.1", "大礼堂", uses=["hall"], set_up=30, clear_up=30, longest_minutes=1440)
    keeping.set_season(by=SYSTEM, venue=hall, season="平时", first=date(2020, 1, 1), last=None, week=[[(0, 1440)]] * 7)
    made = school.approved("S1", hall, 0, 24)
    from nanhu.platforms.access.models import DoorRule

    rules = DoorRule.objects.filter(public_id__in=made.door_rules).order_by("starts_on")
    assert [(one.starts_on, one.ends_on, f"{one.from_time:%H:%M}-{one.until_time:%H:%M}") for one in rules] == [
        (in_days(6), in_days(6), "23:30-00:00"),
        (in_days(7), in_days(7), "00:00-00:00"),
        (in_days(8), in_days(8), "00:00-00:30"),
    ]
    school.client("S1").post(f"/venues/mine/{made.public_id}/cancel/", {})
    assert not rules.filter(withdrawn_at=None).exists()


@pytest.mark.capability("A080.4")
def test_the_clock_notes_who_came_who_did_not_and_closes_what_is_over(school, hall, travel, monkeypatch):
    court = school.venue("b1.2", "球馆", uses=["sports"], key_desk="前台")
    absent, free = school.approved("S1", court, 14, 16), school.approved("S2", hall, 14, 16)
    came = school.approved("S3", hall, 18, 20)
    travel(absent.begins_at + timedelta(minutes=20))
    jobs.watch()
    travel(came.begins_at)
    monkeypatch.setattr(keys.access, "came_in", lambda place, person, since, until: until)
    jobs.watch()
    assert [Booking.objects.get(pk=one.pk).state for one in (absent, free, came)] == ["no_show", "closed", "in_use"]
    travel(came.held_to)
    jobs.watch()
    assert Booking.objects.get(pk=came.pk).state == State.CLOSED


def test_the_shared_table_tells_what_was_granted_and_nobodys_name(school, hall):
    made = school.approved("S1", hall, 14, 16)
    school.book("S2", hall, 18, 20)
    assert jobs.publish_bookings() == 1
    [row] = datahub.rows("venue.booking", {})
    assert (row.booking, row.place, row.state) == (str(made.public_id), "b1.1", "approved")
    assert "林晓湖" not in str(row)


def test_a_year_later_nobody_reads_what_it_was_for(school, hall, travel):
    made = school.approved("S1", hall, 14, 16, title="抑郁互助", purpose="心理互助")
    Booking.objects.update(
        reason="病了", damage="椅子", state="no_show", objection="当天住院", objected_at=made.ends_at
    )
    travel(made.ends_at + timedelta(days=360))
    assert "当天住院" in school.client("K1").get("/venues/desk/objections/").content.decode()
    assert jobs.forget_words() == 0
    travel(made.ends_at + timedelta(days=367))
    assert jobs.forget_words() == 1
    made = Booking.objects.get()
    words = {made.application.purpose, made.application.title, made.reason, made.damage, made.objection}
    assert words == {"—"}
    assert made.when not in school.client("K1").get("/venues/desk/objections/").content.decode(), "nor waits it"
    assert [one.what for one in campus.Occupancy.objects.filter(room=hall.room)] == ["—"]
    assert jobs.forget_words() == 0


def test_ones_own_are_on_the_home_and_in_the_copy_of_ones_data(school, hall):
    made = school.approved("S1", hall, 14, 16)
    viewer = school.viewer("S1")
    tile = registrations.tile(viewer)
    assert tile is not None
    assert "报告厅 · 已批准" in tile.lines[0]
    assert registrations.tile(school.viewer("S2")) is None
    owner = Owner(account_id=viewer.account_id, person_id=school["S1"])
    Booking.objects.update(state="no_show", objection="当天住院", objected_at=now(), objection_answer="没有证明")
    [row] = registrations.bookings_of(owner, None)
    assert (row["number"], row["objection"], row["objection_answer"]) == (
        made.application.number,
        "当天住院",
        "没有证明",
    )
    assert "林晓湖" in school.client("K1").get("/venues/desk/bookings/").content.decode()


def test_the_doctor_names_venues_that_nobody_can_book(school, hall):
    assert registrations.check_venues().verdict == "ok"
    Opening.objects.all().delete()
    assert registrations.check_venues().verdict == "warn"
