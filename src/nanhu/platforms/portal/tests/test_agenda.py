"""我的日程 and the four categories: whose day it is, what clashes, what stays silent, and what a student does not find."""

from datetime import datetime, timedelta

import pytest

from nanhu.kernel import registry
from nanhu.kernel.clock import CAMPUS_ZONE, campus_today
from nanhu.kernel.registry import CalendarFeed, LifePart, LifeTopic, Occurrence, TileContent
from nanhu.kernel.tests.counting import queries_of
from nanhu.platforms.portal import agenda
from nanhu.platforms.portal.calendar_desk import desk
from nanhu.platforms.portal.rules import ABOUT_SECTIONS
from nanhu.testing.pages import PageTests

from .conftest import join, signed_in

MOST_QUERIES = 20


class TestPages(PageTests):
    desk, is_for_everybody = desk, True

    @pytest.fixture
    def holder(self, db):
        join("陈思远", staff="T00317")
        return signed_in("T00317")


@pytest.fixture
def feeds(monkeypatch):
    monkeypatch.setattr(registry.calendar_feeds, "_entries", {})
    return registry.calendar_feeds


@pytest.fixture
def life(monkeypatch):
    for name in ("life_topics", "life_parts"):
        monkeypatch.setattr(getattr(registry, name), "_entries", {})
    registry.life_topics.add(
        LifeTopic(key="exams", title="考试", section="study", icon="file-pen", supplier="教务系统"),
        LifeTopic(key="card", title="校园卡", section="study", icon="credit-card", supplier="校园卡系统"),
        LifeTopic(key="cars", title="车辆", section="work", icon="car", supplier="办公系统"),
    )


def at(hour, minute=0, *, day=None):
    when = day or campus_today()
    return datetime(when.year, when.month, when.day, hour, minute, tzinfo=CAMPUS_ZONE)


def happens(title, starts, ends, **more):
    return Occurrence(uid=f"test.{title}", title=title, starts=starts, ends=ends, changed_at=at(0), **more)


def feed(key, *found):
    return CalendarFeed(key=key, title=f"来自{key}", load=lambda *_asked: found)


@pytest.mark.capability("A053.2")
def test_what_meets_at_the_same_time_is_named_on_both(feeds, teacher):
    feeds.add(
        feed(
            "lessons",
            happens("操作系统", at(8), at(9, 40), place="一教101", url="/lessons/1/"),
            happens("编译原理", at(9, 40), at(11)),
        ),
        feed("rooms", happens("借报告厅", at(9), at(10)), happens("退掉的", at(8), at(9), is_cancelled=True)),
    )
    page = teacher.get("/calendar/", {"view": "day"}).content.decode()
    assert "08:00–09:40" in page
    assert 'href="/lessons/1/"' in page
    assert page.count("同一时间还有：借报告厅") == 2
    assert "同一时间还有：操作系统、编译原理" in page
    assert "已取消" in page
    only = teacher.get("/calendar/", {"view": "day", "only": "rooms"}).content.decode()
    assert "借报告厅" in only
    assert "操作系统" not in only


@pytest.mark.capability("A053.2")
def test_a_day_a_week_and_a_month_show_theirs_and_lead_to_the_next(feeds, teacher):
    asked = []

    def load(_viewer, since, until):
        asked.append((since, until))
        return [happens("整周", since, since + timedelta(days=7)), happens("跨夜", at(23, day=since), at(1, day=until))]

    feeds.add(CalendarFeed(key="test", title="测试", load=load))
    for extent, days in (("day", 1), ("week", 7), ("month", 35)):
        page = teacher.get("/calendar/", {"view": extent, "on": "2028-02-29"}).content.decode()
        since, until = asked[-1]
        assert ((until - since).days + 1, since.weekday() in {0, 1}) == (days, True)
        assert ("calendar-good" in page, "agenda-over" in page) == (extent == "month", extent != "month")
        assert "跨夜" in page
    assert "on=2028-01-31" in page
    assert "on=2028-03-01" in page


@pytest.mark.parametrize("on", ["0001-01-01", "9999-12-31", "2026-02-30", "\x00", "'--", "20261128T00"])
def test_no_day_of_an_address_breaks_the_page(feeds, teacher, on):
    feeds.add(feed("test", happens("今天的", at(8), at(9))))
    page = teacher.get("/calendar/", {"view": "nonsense", "only": "nonsense", "on": on})
    assert page.status_code == 200
    assert "今天的" in page.content.decode()


@pytest.mark.capability("A053.2")
def test_a_feed_that_breaks_is_named_and_the_others_stand(feeds, teacher):
    feeds.add(
        CalendarFeed(key="broken", title="课表", load=lambda *_asked: 1 / 0),
        feed("whole", happens("校庆", at(8), at(9))),
    )
    page = teacher.get("/calendar/").content.decode()
    assert "有的内容这时读不出来" in page
    assert "校庆" in page
    assert page.count("is-today") == 1


@pytest.mark.capability("A053.2")
def test_a_deadline_takes_no_time_and_whole_days_no_hour():
    whole = agenda.Entry(happens("放假", campus_today(), campus_today() + timedelta(days=1)), feed("x"))
    due = agenda.Entry(happens("交表", at(17), at(17)), feed("x"))
    both = agenda.with_clashes([whole, due, agenda.Entry(happens("课", at(16), at(18)), feed("x"))])
    assert not any(one.meets for one in both)
    assert (whole.hours, due.hours) == ("", "17:00 前")


@pytest.mark.capability("A053.2")
def test_a_student_sees_the_whole_of_today_on_one_page(feeds, life, student):
    tomorrow, later = (campus_today() + timedelta(days=number) for number in (1, 2))
    feeds.add(
        feed(
            "lessons",
            happens("操作系统", at(8), at(9, 40), place="一教101"),
            happens("数据库", at(8, day=tomorrow), at(9, day=tomorrow)),
            happens("编译原理", at(8, day=later), at(9, day=later)),
            happens("晨读", at(7), at(7, 40)),
            happens("军训", later, later + timedelta(days=7)),
        )
    )
    registry.life_parts.add(
        LifePart(key="card", topic="card", load=lambda viewer: TileContent(value="¥ 56.20", caption=viewer.name))
    )
    page = student.get("/apps/study/").content.decode()
    assert all(said in page for said in ("操作系统", "一教101", "数据库", "¥ 56.20", "林小雨"))
    assert page.index("晨读") < page.index("操作系统") < page.index("数据库")
    assert [title for title in ("编译原理", "军训") if title in page] == [], "are of other days"
    assert student.get("/apps/work/").status_code == 404, "another's day"
    assert "教务系统" in page, "an empty place says who would supply it"
    assert "车辆" not in page, "is of the working life"
    assert len(queries_of(student, "/apps/study/")) <= MOST_QUERIES


@pytest.mark.capability("A030.2")
def test_working_and_studying_have_a_page_with_their_topics(student, teacher):
    """Topics of which no room says anything yet stand there with who will; the sentence at the head, which names all, does not count."""
    for key, browser, topics in (
        ("study", student, ("课表", "成绩", "考试", "借阅")),
        ("work", teacher, ("会议", "车辆")),
    ):
        page, head = browser.get(f"/apps/{key}/").content.decode(), str(ABOUT_SECTIONS[key])
        assert head in page
        main = page.partition("<main")[2].replace(head, "")
        assert [topic for topic in topics if topic not in main] == [], key
    assert "接上以后会在这里" in main
    assert "办公系统" in main.partition("接上以后会在这里")[2], "who will say it"


@pytest.mark.capability("A030.1")
def test_the_four_categories_hold_what_is_meant_for_who_looks(board, student, teacher, clerk):
    assert [student.get(f"/apps/{one}/").status_code for one in ("work", "service")] == [404, 404], "nothing is in them"
    for section in ("personal", "work", "study", "service"):
        board.application(section, f"应用{section}", section=section)
        board.application(f"{section}.staff", f"教工{section}", section=section, faces=frozenset({"staff"}))
        board.application(f"{section}.role", f"岗位{section}", section=section, roles=frozenset({"datahub.steward"}))
    sections = ("personal", "work", "study", "service")
    seen = {section: teacher.get(f"/apps/{section}/").content.decode() for section in sections}
    assert all(f"应用{section}" in page and f"教工{section}" in page for section, page in seen.items())
    assert not any(f"岗位{section}" in page for section, page in seen.items())
    assert all(f"岗位{section}" in clerk.get(f"/apps/{section}/").content.decode() for section in sections)
    for section in ("study", "service"):
        page = student.get(f"/apps/{section}/").content.decode()
        assert (f"应用{section}" in page, f"教工{section}" in page) == (True, False)
    assert student.get("/apps/nonsense/").status_code == 404


@pytest.mark.capability("A047.1", "A047.2")
def test_personal_affairs_do_not_exist_for_a_student(board, student, teacher):
    board.application("pay", "工资明细", section="personal", url="/pay/")
    assert "工资明细" in teacher.get("/apps/personal/").content.decode()
    assert "工资明细" in teacher.get("/apps/").content.decode()
    assert teacher.post("/apps/pay/favourite").status_code == 302
    for address in ("/", "/me/", "/apps/", "/apps/?q=工资", "/search/?q=工资明细"):
        assert 'href="/pay/"' not in student.get(address).content.decode(), address
    join("秦望舒", student="20250999", staff="T00123")
    studying = signed_in("20250999")
    assert studying.post("/preferences/face/student").status_code == 302
    for one in (student, studying):
        assert one.get("/apps/personal/").status_code == 404
        assert one.post("/apps/pay/favourite").status_code == 404
        assert one.post("/apps/pay/opened").status_code == 404
        assert "工资明细" not in one.get("/apps/").content.decode()


@pytest.mark.capability("A030.2")
def test_a_topic_that_has_nothing_for_who_reads_stands_there_and_says_so(feeds, life, student):
    registry.life_parts.add(LifePart(key="card", topic="card", load=lambda _viewer: None))
    main = student.get("/apps/study/").content.decode().partition("<main")[2]
    empty, _middle, silent = main.partition("现在没有您的内容")[2].partition("接上以后会在这里")
    assert ("校园卡" in empty, "校园卡系统" in empty, "校园卡" in silent, "考试" in silent) == (True, True, False, True)


def test_a_part_that_breaks_says_so_and_the_page_stands(feeds, life, student):
    registry.life_parts.add(LifePart(key="card", topic="card", load=lambda _viewer: 1 / 0))
    page = student.get("/apps/study/")
    assert page.status_code == 200
    assert "暂时取不到" in page.content.decode()
