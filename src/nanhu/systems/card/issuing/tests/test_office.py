"""The office as everybody sees it: hours that change with the season, open now, a place in the queue."""

from datetime import date, datetime

import pytest
import time_machine

from nanhu.kernel.calendar.services import clear_exceptions, set_exception
from nanhu.kernel.clock import CAMPUS_ZONE
from nanhu.systems.card.issuing.models import QueueTicket
from nanhu.systems.card.issuing.services.queue import take_number
from nanhu.systems.card.issuing.tests.conftest import DESK
from nanhu.systems.card.tests.conftest import SYSTEM, bring_in_the_cast, queries_of
from nanhu.testing.races import amid

OFFICE = f"{DESK}office/"
SUNDAY = date(2026, 11, 29)
AFTERNOON = {"夏季": "15:30–18:30", "冬季": "15:00–18:00"}


def at(year: int, month: int, day: int, hour: int, minute: int = 0):
    """Campus time; the clock goes on."""
    return time_machine.travel(datetime(year, month, day, hour, minute, tzinfo=CAMPUS_ZONE), tick=True)


def seen(campus, part: str = "student") -> str:
    return campus.client(part).get(OFFICE).content.decode()


@pytest.mark.capability("A112.1", "A112.2", "A112.3")
def test_the_page_says_open_now_by_season_and_calendar_and_gives_a_place_in_the_queue(campus):
    for moment, is_open in (
        ((2026, 6, 10, 12, 29), True),
        ((2026, 6, 10, 12, 31), False),
        ((2026, 6, 10, 15, 15), False),
        ((2026, 6, 10, 18, 20), True),
        ((2026, 6, 10, 18, 31), False),
        ((2026, 11, 25, 15, 15), True),
        ((2026, 11, 25, 18, 5), False),
        ((2026, 11, 25, 8, 59), False),
        ((2026, 11, 29, 10, 0), False),
    ):
        with at(*moment):
            campus.clients.clear()
            assert ("现在开门" in seen(campus)) is is_open, moment
    with at(2026, 11, 25, 18, 5):
        campus.clients.clear()
        student = campus.client("student")
        assert "下次开门" in seen(campus)
        assert student.post(f"{OFFICE}number/").status_code == 409
        for told in ("8703568", "南院15号楼一楼西门", "09:00–12:30", "15:30–18:30", "15:00–18:00"):
            assert told in seen(campus).replace(" ", "")

    with at(2026, 11, 26, 9, 30):
        campus.clients.clear()
        student, clerk = campus.client("student"), campus.client("clerk")
        student.post(f"{OFFICE}number/")
        student.post(f"{OFFICE}number/")
        campus.client("guest").post(f"{OFFICE}number/")
        assert [one.number for one in QueueTicket.objects.order_by("number")] == [1, 2], "one place each"
        assert "前面还有 1 位" in seen(campus, "guest")
        assert student.post(f"{DESK}queue/", {"window": "9"}).status_code == 404, "a clerk calls"
        clerk.post(f"{DESK}queue/", {"window": "2"})
        assert "请到 2 号窗口" in seen(campus)
        assert "前面还有 0 位" in seen(campus, "guest")
        clerk.post(f"{DESK}queue/", {"window": "1"})
        assert list(QueueTicket.objects.order_by("number").values_list("state", flat=True)) == ["called", "called"]
        assert "请到 1 号窗口" in seen(campus, "guest")
        clerk.post(f"{DESK}queue/", {"window": "2"})
        assert "请到 1 号窗口" in seen(campus, "guest"), "a window ends what it called itself"
        assert QueueTicket.objects.get(number=1).state == "done"
        called = QueueTicket.objects.get(number=2)
        assert student.post(f"{DESK}queue/{called.pk}/missed/").status_code == 404, "a clerk says who did not come"
        clerk.post(f"{DESK}queue/{called.pk}/missed/")
        called.refresh_from_db()
        assert (called.state, "请到 1 号窗口" in seen(campus, "guest")) == ("missed", False)
        campus.client("guest").post(f"{OFFICE}number/")
        assert QueueTicket.objects.latest("number").number == 3, "and may take another number"
    with at(2026, 11, 27, 9, 30):
        campus.clients.clear()
        campus.client("guest").post(f"{OFFICE}number/")
        assert (QueueTicket.objects.latest("pk").number, QueueTicket.objects.count()) == (1, 4), "each day begins anew"
        assert "前面还有 0 位" in seen(campus, "guest")


@pytest.mark.capability("A112.1", "A112.2")
def test_a_season_begins_on_its_day_and_not_the_day_after(campus):
    """The first of May and of October are holidays: the season has changed, the door is shut."""
    for day, season, is_open in (
        ((4, 30), "冬季", True),
        ((5, 1), "夏季", False),
        ((9, 30), "夏季", True),
        ((10, 1), "冬季", False),
        ((10, 9), "冬季", True),
    ):
        with at(2026, *day, 16, 0):
            campus.clients.clear()
            page = seen(campus)
            assert f'class="hours-now"><dt>{season}' in page.replace("\n", ""), day
            assert AFTERNOON[season] in page.partition('class="hours-now"')[2].partition("</div>")[0], day
            assert ("现在开门" in page) is is_open, day
            assert all(words in page for words in ("5月1日 – 9月30日", "10月1日 – 4月30日")), day


@pytest.mark.capability("A112.2")
def test_a_moved_working_day_is_one(campus, django_capture_on_commit_callbacks):
    with at(2026, 11, 29, 10, 0):
        assert "今天不是工作日" in seen(campus)
    with django_capture_on_commit_callbacks(execute=True):
        set_exception(by=SYSTEM, first=SUNDAY, last=SUNDAY, is_working=True, note="补班")
    with at(2026, 11, 29, 10, 0):
        campus.clients.clear()
        assert "现在开门" in seen(campus)
    with django_capture_on_commit_callbacks(execute=True):
        clear_exceptions(by=SYSTEM, first=SUNDAY, last=SUNDAY)


@pytest.mark.capability("A112.3")
@pytest.mark.django_db(transaction=True)
def test_pressed_again_before_the_first_is_through_it_is_one_place(transactional_db):
    pressing = bring_in_the_cast().actor("student")
    with at(2026, 11, 26, 9, 30):
        first, second = amid(lambda: take_number(by=pressing), lambda: take_number(by=pressing))
    assert first == second == QueueTicket.objects.get()


def test_the_page_asks_little(campus):
    assert queries_of(campus.client("student"), OFFICE) <= 20
