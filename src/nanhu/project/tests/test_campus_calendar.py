"""The desks of terms and rooms, whose room stands below that of accounts: what an office and everybody else see and do."""

from datetime import date, time, timedelta
from uuid import uuid4

import pytest
from django.test import Client

from nanhu.kernel.actors import Actor
from nanhu.kernel.calendar.working import forget_exceptions
from nanhu.kernel.clock import campus_today
from nanhu.platforms.campus import calendar_desk as calendar_pages
from nanhu.platforms.campus.calendar_desk import REGISTRAR
from nanhu.platforms.campus.calendar_desk import desk as calendar_desk
from nanhu.platforms.campus.desk import KEEPER
from nanhu.platforms.campus.imports_desk import desk as imports_desk
from nanhu.platforms.campus.imports_desk import rollbacks as rollbacks_desk
from nanhu.platforms.campus.models import MovedDay, PeriodTable, Place, RoomImport, RoomImportRow, StepRun, Term
from nanhu.platforms.campus.queries.places import place_with
from nanhu.platforms.campus.services.places import PlaceOrder, set_up_places
from nanhu.platforms.campus.services.rollover import rehearse_steps, run_steps
from nanhu.platforms.campus.services.rooms import check_rooms, take_rooms
from nanhu.platforms.campus.services.terms import TermOrder, plan_term, set_periods
from nanhu.platforms.campus.sheets import ROOMS
from nanhu.platforms.campus.tests.test_occupancy import build, hold, lesson
from nanhu.platforms.campus.tests.test_rooms import HEAD, line
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.people.models import Affiliation, OrgUnit, Person
from nanhu.testing.pages import IntakeTests, PageTests, ProposalTests
from nanhu.testing.sessions import signed_in
from nanhu.testing.structure import structure_faults

SYSTEM = Actor.system("test")
PASSWORD = "Reed-Boat-1995"


@pytest.fixture(autouse=True)
def _exceptions_of_this_test():
    forget_exceptions()
    yield
    forget_exceptions()


@pytest.fixture
def registrar(clerk, member):
    identity.grant_role(by=SYSTEM, account_id=member.account_id, role=REGISTRAR)
    return clerk


@pytest.fixture
def keeper(clerk, member):
    identity.grant_role(by=SYSTEM, account_id=member.account_id, role=KEEPER)
    return clerk


@pytest.fixture
def colleague(member) -> Client:
    """A second keeper, signed in."""
    return keeper_called("王磊", "T00124")


@pytest.fixture
def third(member) -> Client:
    return keeper_called("李强", "T00125")


def keeper_called(name: str, campus_no: str) -> Client:
    unit = OrgUnit.objects.get(code="0801")
    person = Person.objects.create(name=name, pinyin="x", document_kind="1")
    Affiliation.objects.create(
        person=person,
        kind="staff",
        campus_no=campus_no,
        unit=unit,
        category="1",
        category_name="在编",
        starts_on="2026-09-01",
    )
    identity.open_accounts(by=SYSTEM, person_ids=[person.pk])
    account = identity_sample.set_password_for_sample(by=SYSTEM, campus_no=campus_no, password=PASSWORD)
    identity.grant_role(by=SYSTEM, account_id=account.pk, role=KEEPER)
    return signed_in(campus_no, client=Client(headers={"accept-language": "zh-hans"}))


@pytest.fixture
def anybody(member) -> Client:
    return signed_in(member.campus_no, client=Client(headers={"accept-language": "zh-hans"}))


class TestCalendarPages(PageTests):
    desk = calendar_desk

    @pytest.fixture
    def holder(self, registrar):
        return registrar

    @pytest.fixture
    def stranger(self, clerk):
        return clerk

    def fill(self, count):
        set_up_places(by=SYSTEM, places=[PlaceOrder(key="south", name="=1+1", kind="campus")])
        have = Term.objects.count()
        for number in range(have, have + count):
            year, season = 2010 + number // 3, number % 3 + 1
            begins = {1: date(year, 9, 1), 2: date(year + 1, 2, 20), 3: date(year + 1, 7, 8)}[season]
            monday = begins + timedelta(days=-begins.weekday() % 7)
            weeks = {"teaching_weeks": 4 if season == 3 else 16}
            order = TermOrder(year=year, season=season, name="=1+1", first_monday=monday, **weeks)
            term = plan_term(by=SYSTEM, order=order)
            MovedDay.objects.create(term=term, day=monday, reason="=1+1", decided_by_name="=1+1")
            times = {"starts": [time(8)], "ends": [time(9)], "reason": "=1+1", "created_by_name": "=1+1"}
            PeriodTable.objects.create(
                campus=place_with("south"), season="=1+1", starts_on=monday, ends_on=monday, **times
            )


class TestImportPages(IntakeTests):
    desk = imports_desk
    good = HEAD + line("t1.101", name="一教101") + line("t1.102", name="一教102")
    faulty = HEAD + line("t1.101", name="一教101", building="t9")
    said = {"title": "=1+1"}

    @pytest.fixture
    def holder(self, keeper, member):
        self.account_id = member.account_id
        places = [PlaceOrder(key="south", name="南院", kind="campus")]
        set_up_places(by=SYSTEM, places=[*places, PlaceOrder(key="t1", name="一教", kind="teaching", parent="south")])
        return keeper

    @pytest.fixture
    def second(self, colleague):
        return colleague

    @pytest.fixture
    def stranger(self, clerk):
        return clerk

    def fill(self, count):
        counts = {"added_count": 1, "changed_count": 0, "same_count": 0}
        for _one in range(count):
            given = {"token": uuid4(), "title": "=1+1", "author_id": self.account_id, "author_name": "周敏"}
            batch = RoomImport.objects.create(**given, **counts)
            RoomImportRow.objects.create(batch=batch, line=2, code="=1", change="add", after={"name": "=1+1"})


class TestRoomRollbacks(ProposalTests):
    desk = rollbacks_desk

    @pytest.fixture
    def holder(self, keeper, colleague):
        self.colleague = colleague
        set_up_places(by=SYSTEM, places=[PlaceOrder(key="south", name="南院", kind="campus")])
        set_up_places(by=SYSTEM, places=[PlaceOrder(key="t1", name="一教", kind="teaching", parent="south")])
        return keeper

    @pytest.fixture
    def second(self, third):
        """Neither of the two who brought the sheet in."""
        return third

    @pytest.fixture
    def stranger(self, clerk):
        return clerk

    def submitted(self, client):
        pages = TestImportPages()
        address = pages.hand_in(client, pages.good)["Location"]
        client.post(address + "submit/")
        self.colleague.post(address + "approve/")
        take_rooms(batch_id=RoomImport.objects.get().pk)
        return client.post(address + "undo/", {"token": str(uuid4()), "reason": "表错了"})["Location"]


def term_form(**given):
    plain = {"year": 2026, "season": 1, "name": "", "first_monday": "2026-09-07", "teaching_weeks": 16, "exam_weeks": 2}
    return plain | given


def test_a_term_is_planned_rehearsed_opened_and_ended_by_the_registrar(registrar):
    assert registrar.post("/campus/terms/plan/", term_form(first_monday="2026-09-08")).status_code == 422
    bare = registrar.post("/campus/terms/plan/", term_form(first_monday=""))
    assert bare["Location"] == "/campus/terms/2026-2027-1/"
    refused = registrar.post("/campus/terms/2026-2027-1/open/")
    assert (refused.status_code, "还没有写第一周的周一" in refused.content.decode()) == (409, True)
    change = {"name": "秋", "first_monday": "2026-09-07", "teaching_weeks": 16, "exam_weeks": 2}
    assert registrar.post("/campus/terms/2026-2027-1/change/", {**change, "reason": ""}).status_code == 422
    registrar.post("/campus/terms/2026-2027-1/change/", {**change, "reason": "校长办公会"})

    page = registrar.get("/campus/terms/2026-2027-1/").content.decode()
    assert all(word in page for word in ("第 5 周", "国庆节", "调休上班，未定上哪天的课", "第 18 周 · 考试"))
    assert structure_faults(page) == []
    term = Term.objects.get()
    registrar.post("/campus/terms/2026-2027-1/rehearse/")
    rehearse_steps(term_id=term.pk)
    page = registrar.get("/campus/terms/2026-2027-1/").content.decode()
    assert all(word in page for word in ("最近一次预演", "核对校历", "调休未定 2"))
    assert Term.objects.get().state == "planned"

    registrar.post("/campus/terms/2026-2027-1/open/")
    run_steps(term_id=term.pk)
    page = registrar.get("/campus/terms/2026-2027-1/").content.decode()
    assert all(word in page for word in ("开学结转", "已做", "结束学期"))
    assert StepRun.objects.filter(is_rehearsal=False, state="done").count() == 1
    early = registrar.post("/campus/terms/2026-2027-1/archive/", {"reason": "期末"})
    assert early.status_code == 409
    assert registrar.post("/campus/terms/2026-2027-1/close/", {"reason": ""}).status_code == 422
    assert "不能再开" in registrar.get("/campus/terms/2026-2027-1/close/").content.decode()
    registrar.post("/campus/terms/2026-2027-1/close/", {"reason": "期末"})
    registrar.post("/campus/terms/2026-2027-1/archive/", {"reason": "期末"})
    assert Term.objects.get().state == "archived"


def test_a_planned_term_is_withdrawn_and_a_first_monday_far_away_is_refused(registrar):
    for monday in ("9999-12-27", "2062-09-04"):
        answer = registrar.post("/campus/terms/plan/", term_form(first_monday=monday))
        assert (answer.status_code, "2026 学年" in answer.content.decode()) == (422, True)
    registrar.post("/campus/terms/plan/", term_form())
    assert registrar.post("/campus/terms/2026-2027-1/withdraw/", {"reason": ""}).status_code == 422
    answer = registrar.post("/campus/terms/2026-2027-1/withdraw/", {"reason": "录错了"})
    assert (answer.status_code, answer["Location"]) == (302, "/campus/terms/")
    assert not Term.objects.exists()


def test_a_term_whose_holidays_are_not_published_says_so_to_the_office_and_to_everybody(registrar, anybody):
    plan = term_form(year=2060, first_monday="2060-09-06")
    registrar.post("/campus/terms/plan/", plan)
    for client, address in ((registrar, "/campus/terms/2060-2061-1/"), (anybody, "/campus/terms/calendar/")):
        assert "2060、2061 年的放假安排还没有公布" in client.get(address).content.decode()


def test_a_step_that_nobody_will_run_is_not_waited_for(registrar):
    registrar.post("/campus/terms/plan/", term_form())
    term = Term.objects.get()
    Term.objects.update(state="open")
    StepRun.objects.create(term=term, step="gone", is_rehearsal=False)
    page = registrar.get("/campus/terms/2026-2027-1/").content.decode()
    assert ("every 3s" in page, "系统里已没有这一步" in page) == (False, True)
    StepRun.objects.create(term=term, step="campus.days", is_rehearsal=False)
    assert "every 3s" in registrar.get("/campus/terms/2026-2027-1/").content.decode()
    registrar.post("/campus/terms/2026-2027-1/close/", {"reason": "期末"})
    assert "every 3s" not in registrar.get("/campus/terms/2026-2027-1/").content.decode()


def test_a_moved_day_waits_loudly_until_it_is_decided(registrar, monkeypatch):
    monkeypatch.setattr(calendar_pages, "campus_today", lambda: date(2026, 9, 14))
    registrar.post("/campus/terms/plan/", term_form())
    page = registrar.get("/campus/terms/days/")
    assert [tab.count for tab in page.context["frame"].tabs if tab.waits] == [2]
    assert page.content.decode().count("/campus/terms/days/2026-") == 2
    address = "/campus/terms/days/2026-10-10/"
    assert registrar.post(address, {"weekday": "3", "week": "", "reason": "通知"}).status_code == 422
    assert registrar.post(address, {"weekday": "3", "week": "19", "reason": "通知"}).status_code == 422
    assert registrar.post(address, {"weekday": "3", "week": "5", "reason": "通知"}).status_code == 302
    page = registrar.get("/campus/terms/days/")
    assert "第 5 周周三 · 10月7日" in page.content.decode()
    assert [tab.count for tab in page.context["frame"].tabs if tab.waits] == [1]
    assert 'value="5"' in registrar.get(address).content.decode(), "a decision that is opened again is filled in"
    assert registrar.post("/campus/terms/days/2026-09-20/", {"weekday": "none", "reason": "不补"}).status_code == 302
    assert registrar.get("/campus/terms/days/nonsense/").status_code == 404
    outside = registrar.post("/campus/terms/days/2026-08-01/", {"weekday": "none", "reason": "暑假"})
    assert (outside.status_code, "不在任何学期里" in outside.content.decode()) == (422, True)
    twice = registrar.post("/campus/terms/days/2026-09-20/", {"weekday": "3", "week": "6", "reason": "写错"})
    assert (twice.status_code, "10月14日" in twice.content.decode()) == (409, True)
    assert address + "withdraw/" in registrar.get("/campus/terms/days/").content.decode()
    assert registrar.post(address + "withdraw/", {"reason": "通知撤了"}).status_code == 302
    monkeypatch.setattr(calendar_pages, "campus_today", lambda: date(2026, 11, 28))
    page = registrar.get("/campus/terms/days/")
    assert [tab.count for tab in page.context["frame"].tabs if tab.waits and tab.count] == []
    assert "已过，没有定" in page.content.decode()


def test_periods_are_set_line_by_line(registrar):
    set_up_places(by=SYSTEM, places=[PlaceOrder(key="south", name="南院", kind="campus")])
    form = {"campus": "south", "season": "夏季作息", "starts_on": "2026-05-01", "ends_on": "", "reason": "作息"}
    for wrong in ("08:00", "08:00-25:00", "09:00-08:00", "08:00-08:45\n08:30-09:00", " "):
        answer = registrar.post("/campus/terms/periods/set/", {**form, "periods": wrong})
        assert (answer.status_code, 'role="alert"' in answer.content.decode()) == (422, True), wrong
    registrar.post("/campus/terms/periods/set/", {**form, "periods": "08:00-08:45\n8:55 — 9:40\n\n14：00～14：45"})
    table = PeriodTable.objects.get()
    assert list(zip(table.starts, table.ends, strict=True))[1:] == [
        (time(8, 55), time(9, 40)),
        (time(14), time(14, 45)),
    ]
    assert "08:00–08:45 · 08:55–09:40" in registrar.get("/campus/terms/periods/").content.decode()
    registrar.post(f"/campus/terms/periods/{table.public_id}/end/", {"reason": "改了"})
    assert not PeriodTable.objects.filter(withdrawn_at=None, ends_on=None).exists()
    assert "夏季作息" not in registrar.get("/campus/terms/periods/").content.decode(), "what is over is not ended again"


def test_everybody_reads_the_calendar(anybody):
    assert "还没有排学期" in anybody.get("/campus/terms/calendar/").content.decode()
    today = campus_today()
    monday = today - timedelta(days=today.weekday() + 14)
    year = monday.year - (monday.month < 7)
    plan_term(by=SYSTEM, order=TermOrder(year=year, season=1, name="本学期", first_monday=monday))
    set_up_places(by=SYSTEM, places=[PlaceOrder(key="south", name="南院", kind="campus")])
    periods = [(time(8), time(8, 45))]
    campus = place_with("south")
    set_periods(by=SYSTEM, campus=campus, season="全年", periods=periods, starts_on=monday, reason="作息")
    page = anybody.get("/campus/terms/calendar/").content.decode()
    assert all(word in page for word in ("今天在第 3 周", "08:00–08:45", "本学期"))
    assert structure_faults(page) == []
    assert "/campus/terms/days/" not in page
    assert "校历" in anybody.get("/apps/").content.decode()


def test_free_rooms_are_found_by_everybody_and_what_a_meeting_is_stays_untold(anybody, member):
    rooms = build(3)
    day = campus_today() + timedelta(days=7)
    hold(lesson(rooms["t1.1"], 8, 10, day=day), lesson(rooms["t1.2"], 8, 10, what="薪酬会", kind="meeting", day=day))
    asked = {"free_on": day.isoformat(), "free_from": "08:30", "free_to": "09:00"}
    page = anybody.get("/campus/free/", asked).content.decode()
    assert [name in page for name in ("一教1", "一教2", "一教3")] == [False, False, True]
    assert "一教1" in anybody.get("/campus/free/", asked | {"free_from": "10:00", "free_to": "11:00"}).content.decode()
    later = asked | {"free_from": "10:00", "free_to": "11:00"}
    assert "一教1" in anybody.get("/campus/free/", later | {"seats": "60", "campus": "south"}).content.decode()
    assert "一教1" not in anybody.get("/campus/free/", later | {"seats": "61"}).content.decode()
    week = {"week": day.isoformat()}
    page = anybody.get("/campus/rooms/t1.2/", week).content.decode()
    assert ("会议" in page, "薪酬会" in page) == (True, False)
    assert structure_faults(page) == []
    assert "高等数学" in anybody.get("/campus/rooms/t1.1/", week).content.decode()
    assert anybody.get("/campus/rooms/t1.1/", {"week": "0001-01-01"}).status_code == 200
    assert anybody.get("/campus/rooms/nowhere/").status_code == 404
    assert anybody.get("/campus/rooms/").status_code == 404
    identity.grant_role(by=SYSTEM, account_id=member.account_id, role=KEEPER)
    assert "薪酬会" in anybody.get("/campus/rooms/t1.2/", week).content.decode()


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({}, ""),
        ({"seats": "60"}, ""),
        ({"free_on": "day"}, "三项都要写"),
        ({"free_on": "day", "free_from": "08:00"}, "三项都要写"),
        ({"free_on": "day", "free_from": "10:00", "free_to": "08:00"}, "要晚于开始"),
        ({"free_on": "someday", "free_from": "08:00", "free_to": "10:00"}, "日期"),
    ],
)
def test_no_room_is_called_free_before_it_is_said_when(anybody, given, fault):
    build(1)
    day = (campus_today() + timedelta(days=7)).isoformat()
    asked = {name: day if value == "day" else value for name, value in given.items()}
    page = anybody.get("/campus/free/", asked).content.decode()
    assert ("一教1" in page, "还没有选时间" in page, fault in page) == (False, True, True)
    assert structure_faults(page) == []


def test_places_are_found_among_thousands_and_a_room_is_closed_from_its_list(keeper):
    build(3)
    page = keeper.get("/campus/", {"q": "t1.2"}).content.decode()
    assert [name in page for name in ("南院", "一教2", "一教3")] == [True, True, False], "with what is above it"
    assert "/campus/t1.3/close/" in keeper.get("/campus/rooms/").content.decode()
    keeper.post("/campus/t1.3/close/", {"reason": "漏水"})
    assert "/campus/t1.3/reopen/" in keeper.get("/campus/rooms/").content.decode()
    page = keeper.get("/campus/", {"closed": "closed"}).content.decode()
    assert [name in page for name in ("一教2", "一教3")] == [False, True]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_list_of_rooms_goes_out_in_the_columns_in_which_it_comes_in(keeper, language):
    build(2)
    answer = keeper.get("/campus/rooms/", {"export": "csv"}, headers={"accept-language": language})
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    found = check_rooms(ROOMS.read(content))
    assert (found.faults, [one.change for one in found.rows]) == ([], ["same", "same"])


def test_a_sheet_that_could_not_be_registered_says_why_on_its_page(keeper, colleague):
    pages = TestImportPages()
    set_up_places(by=SYSTEM, places=[PlaceOrder(key="south", name="南院", kind="campus")])
    set_up_places(by=SYSTEM, places=[PlaceOrder(key="t1", name="一教", kind="teaching", parent="south")])
    address = pages.hand_in(keeper, pages.good)["Location"]
    keeper.post(address + "submit/")
    colleague.post(address + "approve/")
    set_up_places(by=SYSTEM, places=[PlaceOrder(key="t1.101", name="门厅", kind="other", parent="t1")])
    take_rooms(batch_id=RoomImport.objects.get().pk)
    page = keeper.get(address).content.decode()
    assert all(word in page for word in ("没有登记成", "请重新交一份"))
    assert structure_faults(page) == []


def test_a_held_room_is_closed_only_by_who_was_shown_who_stands_in_it(keeper):
    rooms = build(1)
    hold(lesson(rooms["t1.1"], 8, 10, day=campus_today() + timedelta(days=7)))
    assert "高等数学" in keeper.get("/campus/t1/close/").content.decode()
    refused = keeper.post("/campus/t1/close/", {"reason": "漏水"})
    page = refused.content.decode()
    assert (refused.status_code, "高等数学" in page, Place.objects.get(key="t1").closed_at) == (409, True, None)
    assert structure_faults(page) == []
    assert keeper.post("/campus/t1/close/", {"reason": "漏水", "though_held": "on"}).status_code == 302
    assert "已停用" in keeper.get("/campus/rooms/t1.1/").content.decode()


def test_a_room_sheet_is_handed_in_approved_compared_and_rolled_back_by_two(keeper, colleague, third):
    pages = TestImportPages()
    set_up_places(by=SYSTEM, places=[PlaceOrder(key="south", name="南院", kind="campus")])
    set_up_places(by=SYSTEM, places=[PlaceOrder(key="t1", name="一教", kind="teaching", parent="south")])
    address = pages.hand_in(keeper, pages.good)["Location"]
    page = keeper.get(address).content.decode()
    assert all(word in page for word in ("t1.101", "新增", "提交复核"))
    keeper.post(address + "submit/")
    colleague.post(address + "approve/")
    take_rooms(batch_id=RoomImport.objects.get().pk)
    assert "一教101" in keeper.get("/campus/rooms/").content.decode()
    changed = pages.hand_in(keeper, HEAD + line("t1.101", name="大教室", seats="200"))["Location"]
    assert "座位 90 → 200" in keeper.get(changed).content.decode()
    assert keeper.post(address + "undo/", {"reason": ""}).status_code == 422
    case = keeper.post(address + "undo/", {"token": str(uuid4()), "reason": "表错了"})["Location"]
    assert [one.post(case + "approve/").status_code for one in (keeper, colleague, third)] == [409, 409, 302]
    assert "已回滚" in keeper.get(address).content.decode()
    assert "一教101" not in keeper.get("/campus/rooms/").content.decode()
