"""The pages of the school's calendar as people see them: at a desk and on a phone, without a complaint of axe."""

from datetime import date, time

import pytest

from nanhu.kernel.calendar.working import forget_exceptions
from nanhu.platforms.campus import api as campus
from nanhu.platforms.campus import sample as campus_sample
from nanhu.platforms.identity import api as identity
from nanhu.systems.card.tests.conftest import SYSTEM, bring_in_the_cast
from nanhu.testing.accessibility import look_at
from nanhu.testing.browsers import on_console_error, open_browser

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
MOVED, SPORTS = date(2026, 10, 10), date(2026, 10, 14)
PERIODS = [(time(8), time(8, 45)), (time(8, 55), time(9, 40)), (time(14), time(14, 45))]


@pytest.fixture
def school(db):
    """An open term with a day that waits, one that was decided and one without lessons; a planned one; periods."""
    forget_exceptions()
    found = bring_in_the_cast()
    account = identity.account_of(found.persons["clerk"])
    identity.grant_role(by=SYSTEM, account_id=account.pk, role="campus.registrar")
    campus.set_up_places(by=SYSTEM, places=[campus.PlaceOrder(key="north", name="北院", kind="campus")])
    autumn, _spring = (
        campus_sample.plan_term(
            by=SYSTEM, order=campus.TermOrder(year=2026, season=season, name="", first_monday=first)
        )
        for season, first in ((1, date(2026, 9, 7)), (2, date(2027, 3, 1)))
    )
    campus_sample.decide_day(by=SYSTEM, day=SPORTS, reason="校运会")
    campus_sample.decide_day(by=SYSTEM, day=MOVED, week=5, weekday=3, reason="教务处 2026 年 9 月 20 日通知")
    campus_sample.bring_to(by=SYSTEM, term=autumn, state=campus.Term.State.OPEN)
    campus_sample.set_periods(
        by=SYSTEM,
        campus=campus.place_with("north"),
        season="冬季作息",
        periods=PERIODS,
        starts_on=date(2026, 9, 1),
        reason="校长办公会纪要",
    )
    return found


def test_every_page_of_the_calendar_is_whole(school, live_server):
    pages = {
        "clerk": {
            "terms": "/campus/terms/",
            "term-planning": "/campus/terms/plan/",
            "term-open": "/campus/terms/2026-2027-1/",
            "term-planned": "/campus/terms/2026-2027-2/",
            "term-change": "/campus/terms/2026-2027-1/change/",
            "term-close": "/campus/terms/2026-2027-1/close/",
            "term-withdraw": "/campus/terms/2026-2027-2/withdraw/",
            "moved-days": "/campus/terms/days/",
            "moved-day": f"/campus/terms/days/{MOVED}/",
            "moved-day-back": f"/campus/terms/days/{MOVED}/withdraw/",
            "periods": "/campus/terms/periods/",
            "periods-setting": "/campus/terms/periods/set/",
        },
        "student": {
            "calendar": "/campus/terms/calendar/",
            "calendar-address": "/calendar/",
            "calendar-month": "/calendar/?view=month",
        },
    }
    cookies = {part: school.client(part).cookies["nanhu_session"].value for part in pages}
    faults: list[str] = []
    with open_browser() as chromium:
        for part, wanted in pages.items():
            context = chromium.new_context(locale="zh-CN")
            context.add_cookies([{"name": "nanhu_session", "value": cookies[part], "url": live_server.url}])
            page = context.new_page()
            on_console_error(page, faults.append)
            for name, address in wanted.items():
                answer = page.goto(live_server.url + address)
                assert answer.status == 200, name
                look_at(page, name)
            context.close()
    assert faults == []
