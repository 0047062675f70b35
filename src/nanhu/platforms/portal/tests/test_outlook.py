"""Feeds of other systems, how systems are, and the weather: read by the jobs, shown from what is kept."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from icalendar import Calendar

from nanhu.kernel import registry
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.registry import HomeNotices
from nanhu.kernel.school import school
from nanhu.kernel.tests.counting import queries_of
from nanhu.platforms.portal.catalogue import FOURTEEN
from nanhu.platforms.portal.integrations import feeds, living, rules
from nanhu.platforms.portal.models import Integration, IntegrationItem, SystemDay, SystemHealth, WeatherReport
from nanhu.platforms.portal.sample import enter
from nanhu.platforms.portal.systems import watching
from nanhu.platforms.portal.tests.conftest import TEST, signed_in
from nanhu.platforms.portal.weather import adapters, services

pytestmark = pytest.mark.django_db
MOMENT = datetime(2026, 11, 26, 4, 0, tzinfo=UTC)


@pytest.fixture
def at_moment():
    """Before anybody signs in: whoever did on another day is not signed in any more."""
    with time_machine.travel(MOMENT, tick=False):
        yield


LECTURES = """BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:1@a
DTSTART:20261127T110000Z
DTEND:20261127T123000Z
SUMMARY:讲座：水与城
LOCATION:报告厅
END:VEVENT
BEGIN:VEVENT
UID:2@a
DTSTART;VALUE=DATE:20261201
SUMMARY:停电
END:VEVENT
BEGIN:VEVENT
UID:3@a
DTSTART:20261123T020000Z
RRULE:FREQ=WEEKLY;COUNT=3
EXDATE:20261130T020000Z
SUMMARY:沙龙
END:VEVENT
BEGIN:VEVENT
UID:4@a
DTSTART:20000101T000000Z
RRULE:FREQ=SECONDLY
SUMMARY:炸弹
END:VEVENT
BEGIN:VEVENT
UID:8@a
DTSTART:20160303T110000Z
RRULE:FREQ=YEARLY
SUMMARY:十年
END:VEVENT
BEGIN:VEVENT
UID:7@a
DTSTART:20261127T000000Z
RRULE:FREQ=DAILY;BYHOUR=0,1,2;BYMINUTE=0,1;BYSECOND=0,1
SUMMARY:每时每刻
END:VEVENT
BEGIN:VEVENT
UID:6@a
DTSTART:20261128T000000Z
DURATION:P99999999D
SUMMARY:很长
END:VEVENT
BEGIN:VEVENT
UID:5@a
SUMMARY:没有时间
END:VEVENT
END:VCALENDAR
"""


TIMETABLE = """BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:law@a
DTSTART;TZID=Asia/Shanghai:20261124T080000
DTEND;TZID=Asia/Shanghai:20261124T093000
RRULE:FREQ=WEEKLY;COUNT=5
RDATE;TZID=Asia/Shanghai:20261205T080000
SUMMARY:民法
END:VEVENT
BEGIN:VEVENT
UID:law@a
RECURRENCE-ID;TZID=Asia/Shanghai:20261201T080000
DTSTART;TZID=Asia/Shanghai:20261203T140000
DTEND;TZID=Asia/Shanghai:20261203T153000
SUMMARY:民法
END:VEVENT
BEGIN:VEVENT
UID:law@a
RECURRENCE-ID;TZID=Asia/Shanghai:20261208T080000
DTSTART;TZID=Asia/Shanghai:20261208T080000
STATUS:CANCELLED
SUMMARY:民法
END:VEVENT
BEGIN:VEVENT
UID:talk@a
DTSTART:20261202T110000Z
SUMMARY:讲座
END:VEVENT
BEGIN:VEVENT
UID:day@a
DTSTART;VALUE=DATE:20261204
DTEND;VALUE=DATE:20261204
SUMMARY:校庆
END:VEVENT
END:VCALENDAR
"""


def subscription_of(browser) -> str:
    said = {"form_token": "8c9f9c4e-7a55-4f3e-9f0a-2a4b6c8d0e1f", "feeds": [one.key for one in registry.calendar_feeds]}
    page = browser.post("/calendar/subscription/make/", said).content.decode()
    path = page[page.index("/calendar/", page.index("webcal:")) :].split(".ics")[0]
    return f"{path}.ics"


def calendar_of(browser) -> Calendar:
    return Calendar.from_ical(browser.get(subscription_of(browser)).content)


@pytest.mark.usefixtures("at_moment")
def test_a_lesson_that_was_moved_or_called_off_stands_where_it_is_now(centre, vendor, student):
    """One time of a rule that is told anew is not where the rule had it; what moves stays the same thing in whoever's calendar it is."""
    centre.live("feed", "lectures", vendor.says("/a.ics", TIMETABLE), format="icalendar", faces=["student"])
    feeds.read_all()
    address = subscription_of(student)

    def seen() -> dict[str, tuple[str, Any, Any, int]]:
        events = [
            one
            for one in Calendar.from_ical(student.get(address).content).walk("VEVENT")
            if "integration." in one["uid"]
        ]
        return {
            str(one["uid"]): (str(one["summary"]), one.decoded("dtstart"), one.decoded("dtend"), int(one["sequence"]))
            for one in events
        }

    before = seen()
    lessons = sorted(starts.astimezone(UTC) for name, starts, _ends, _sequence in before.values() if name == "民法")
    assert lessons == [
        datetime(2026, 11, 24, 0, tzinfo=UTC),
        datetime(2026, 12, 3, 6, tzinfo=UTC),
        datetime(2026, 12, 5, 0, tzinfo=UTC),
        datetime(2026, 12, 15, 0, tzinfo=UTC),
        datetime(2026, 12, 22, 0, tzinfo=UTC),
    ]
    assert [(starts, ends) for name, starts, ends, _sequence in before.values() if name == "校庆"] == [
        (date(2026, 12, 4), date(2026, 12, 5))
    ]
    vendor.says("/a.ics", TIMETABLE.replace("20261203T", "20261204T").replace("20261202T110000Z", "20261202T120000Z"))
    feeds.read_all()
    after = seen()
    assert after.keys() == before.keys(), "moved, it is the same event"
    changed = {uid for uid in after if after[uid] != before[uid]}
    assert {after[uid][0] for uid in changed} == {"民法", "讲座"}
    assert len(changed) == 2
    assert {after[uid][3] for uid in changed} == {1}


@pytest.mark.usefixtures("at_moment")
def test_a_calendar_of_another_system_stands_in_ones_own(centre, vendor, student, monkeypatch):
    one = centre.live("feed", "lectures", vendor.says("/a.ics", LECTURES), format="icalendar", faces=["student"])
    assert feeds.read_all() == 7
    assert feeds.read_all() == 0
    events = [event for event in calendar_of(student).walk("VEVENT") if "integration." in event["uid"]]
    names = sorted(
        (str(event["summary"]), event.decoded("dtstart"))
        for event in events
        if event["summary"] not in {"停电", "很长", "每时每刻", "十年"}
    )
    assert names == [
        ("沙龙", datetime(2026, 11, 23, 2, tzinfo=UTC)),
        ("沙龙", datetime(2026, 12, 7, 2, tzinfo=UTC)),
        ("讲座：水与城", datetime(2026, 11, 27, 11, tzinfo=UTC)),
    ]
    assert {event.decoded("dtstart") for event in events if event["summary"] == "停电"} == {date(2026, 12, 1)}
    daily = "".join(f"BEGIN:VEVENT\nUID:{n}@b\nDTSTART:20261001T000000Z\nRRULE:FREQ=DAILY\nEND:VEVENT\n" for n in "12")
    daily = daily.replace("\nEND:VEVENT", "\nSUMMARY:早读\nEND:VEVENT")
    vendor.says("/a.ics", LECTURES.replace("BEGIN:VEVENT\n", f"{daily}BEGIN:VEVENT\n", 1))
    assert "讲座：水与城" in {item.title for item in feeds.read_items(one)}, (
        "what is near is kept of a feed that is too long"
    )
    vendor.says("/a.ics", LECTURES.replace("报告厅", "图书馆"))
    assert feeds.read_all() == 1
    assert IntegrationItem.objects.get(place="图书馆").sequence == 1
    vendor.says("/a.ics", "down", status=500)
    assert feeds.read_all() == 0
    assert IntegrationItem.objects.count() == 7, "what was read stays"
    one.refresh_from_db()
    assert one.failures == 1
    monkeypatch.setattr(feeds, "FILE_SECONDS", -1.0)
    with pytest.raises(rules.BadAnswerError):
        list(feeds.occurrences_in(LECTURES.encode()))


NEWS = """<?xml version="1.0"?><rss version="2.0"><channel>
<item><title>新书 &lt;b&gt;120&lt;/b&gt; 种</title><link>https://lib.example.cn/1</link><pubDate>Wed, 25 Nov 2026 08:00:00 +0800</pubDate></item>
<item><title>恶意</title><link>javascript:alert(1)</link></item>
<item><title>没有日期</title><link>https://lib.example.cn/2</link></item></channel></rss>"""
BOMB = '<!DOCTYPE a [<!ENTITY x "y"><!ENTITY z "&x;&x;">]><rss><channel><item><title>&z;</title></item></channel></rss>'


@pytest.mark.usefixtures("at_moment")
def test_news_of_another_system_stands_among_the_notices_with_its_source(centre, vendor, student, monkeypatch):
    monkeypatch.setattr(registry.home_notices, "_entries", {})
    registry.home_notices.add(HomeNotices(key="none", load=lambda _viewer, _limit: []))
    centre.live("feed", "news", vendor.says("/news", NEWS), name="图书馆资讯", format="rss")
    feeds.read_all()
    page = student.get("/").content.decode()
    assert "新书 &lt;b&gt;120&lt;/b&gt; 种" in page
    assert 'href="https://lib.example.cn/1"' in page
    assert "图书馆资讯" in page
    assert "javascript:" not in page
    assert "没有日期" not in page
    staff = centre.live("feed", "staff", vendor.says("/staff", NEWS), format="rss", faces=["staff"])
    rows = [
        IntegrationItem(
            integration=staff, uid=str(n), title="会议", url="https://a.cn/", starts_at=now(), ends_at=now()
        )
        for n in range(40)
    ]
    IntegrationItem.objects.bulk_create(rows)
    living.read_anew()
    assert "图书馆资讯" in student.get("/").content.decode(), "the many of one feed hide nothing of another"
    chinese = NEWS.replace('version="1.0"', 'version="1.0" encoding="GB2312"', 1).encode("gb18030")
    assert next(item.title for item in feeds.news_in(chinese)) == "新书 <b>120</b> 种"
    Integration.objects.filter(pk=staff.pk).update(state="resting")
    vendor.says("/news", BOMB)
    assert feeds.read_all() == 0


@pytest.mark.usefixtures("at_moment")
@pytest.mark.parametrize("body", ['<?xml version="1.0" encoding="foo"?><rss></rss>', "\x00", "<rss><item>"])
def test_one_bad_feed_leaves_the_others_their_reading(centre, vendor, monkeypatch, body):
    bad = centre.live("feed", "bad", vendor.says("/bad", NEWS), format="rss", order=30)
    centre.live("feed", "news", vendor.says("/news", NEWS), format="rss", order=90)
    vendor.says("/bad", body)
    assert feeds.read_all() == 2
    bad.refresh_from_db()
    assert bad.failures == 1
    assert "没有试通" in centre.press(bad, "trial").content.decode()


def systems_taken_in(vendor) -> None:
    """A school that has all its systems from vendors: each a page, as the demo has them."""
    for one in FOURTEEN:
        vendor.says(f"/{one.key}", "sign in", status=403)
        enter(
            by=TEST,
            key=one.key,
            name=str(one.name),
            system=one.key,
            icon=one.icon,
            unit="08",
            address=f"{vendor.url}/{one.key}",
        )


@pytest.mark.capability("A009.1", "A024.2")
def test_each_of_the_fourteen_has_an_icon_a_health_an_owner_and_a_page_or_a_feed(centre, vendor, student):
    none = student.get("/systems/").content.decode()
    assert none.count("未安装：") >= 12, "what is not there is said"
    systems_taken_in(vendor)
    watching.watch()
    page = student.get("/systems/").content.decode()
    lines = page.split('<li class="card system">')[1:]
    assert len(lines) == 14
    for one, line in zip(FOURTEEN, lines, strict=True):
        assert str(one.name) in line
        assert "<svg" in line
        assert "正常" in line
        assert "计算机学院" in line
        assert "外部系统" in line
        assert f'href="{vendor.url}/{one.key}"' in line
        assert "近 30 天可用 100.0%" in line
    assert len(queries_of(student, "/systems/")) <= 20
    menu = student.get("/apps/").content.decode()
    assert [one.key for one in FOURTEEN if f'href="{vendor.url}/{one.key}"' not in menu] == [], (
        "each is reached from it"
    )


@pytest.mark.capability("A009.1", "A037.4")
def test_two_failures_are_down_and_three_answers_up_in_words_for_all_and_maintenance_wins(centre, vendor, student):
    systems_taken_in(vendor)
    watching.watch()
    with time_machine.travel(now() + timedelta(minutes=6), tick=False):
        assert "还没有查过" in student.get("/systems/").content.decode(), (
            "what was said before the watch stopped is old"
        )
    vendor.says("/academic", "", status=302, Location="http://[bad")
    watching.watch()
    assert SystemHealth.objects.get(key="academic").bad_in_row == 1
    vendor.says("/academic", "well")
    watching.watch()
    vendor.says("/academic", "broken: secret stack trace", status=500)
    with time_machine.travel((now() - timedelta(days=1)).replace(hour=2, minute=12, second=0), tick=False):
        watching.watch()
        assert "起无法访问" not in student.get("/systems/").content.decode()
        watching.watch()
        page = student.get("/systems/").content.decode()
        assert "10:12 起无法访问，信息中心已知" in page
        assert "stack trace" not in page
        assert "status 500" not in page
        vendor.says("/academic", "well")
        for number in range(watching.UP_AFTER):
            assert ("起无法访问" in student.get("/systems/").content.decode()) is True, number
            watching.watch()
        assert "起无法访问" not in student.get("/systems/").content.decode()
        enter(
            by=TEST,
            key="academic",
            name="教务",
            system="academic",
            unit="08",
            address=f"{vendor.url}/academic",
            state="resting",
            words="停机升级",
        )
        living.read_anew()
        assert "维护中：停机升级" in student.get("/systems/").content.decode()
        vendor.calls.clear()
        watching.watch()
        assert "/academic" not in {path for path, _headers in vendor.calls}
        day = SystemDay.objects.get(key="academic", day=campus_today())
        assert (day.probes, day.good) == (5, 3)
    with pytest.raises(IntegrityError), transaction.atomic():
        SystemDay.objects.create(key="x", day=campus_today(), probes=1, good=2)


@pytest.mark.capability("A009.1")
def test_a_room_of_the_box_is_asked_by_its_own_check(centre, vendor, student, monkeypatch):
    box = registry.box_systems.get("assets")
    assert box is not None
    watching.watch()
    assert SystemHealth.objects.get(key="assets").state == "up"
    page = student.get("/systems/").content.decode()
    own = next(one for one in page.split('<li class="card system">') if "资产系统" in one)
    assert [words in own for words in ("随程序附带", str(box.owner))] == [True, True]
    assert "只有水电代扣" in page

    def breaks():
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(
        registry.box_systems, "_entries", {"assets": registry.BoxSystem(**{**fields_of(box), "check": breaks})}
    )
    watching.watch()
    watching.watch()
    assert "起无法访问" in student.get("/systems/").content.decode()


@pytest.mark.capability("A009.1")
def test_a_figure_takes_no_room_of_the_box_away_and_a_system_known_by_figures_has_a_health(centre, vendor, student):
    """A page whose own key is that of a room neither takes its place nor its health."""
    centre.live("data", "rooms", vendor.says("/value", '{"value": 1}'), system="assets")
    grades = centre.live("data", "grades", vendor.says("/grades", '{"value": 1}'), system="academic")
    centre.live("page", "dormitory", vendor.says("/page", "well"), name="外面的宿舍")
    vendor.says("/page", "down", status=500)
    for _time in range(2):
        watching.watch()
    assert SystemHealth.objects.get(key="dormitory").state == "up"
    assert SystemHealth.objects.get(key="integration:dormitory").state == "down"

    def line(name):
        page = student.get("/systems/").content.decode()
        return next(one for one in page.split('<li class="card system">') if name in one)

    assert "随程序附带" in line("资产系统")
    assert "正常" in line("资产系统")
    assert "外部系统" in line("教务系统")
    assert "还没有查过" in line("教务系统")
    student.get("/tiles/integration.grades/")
    living.read_anew()
    assert "正常" in line("教务系统")
    assert "数据到" in line("教务系统"), "of when it is"
    Integration.objects.filter(pk=grades.pk).update(failures=5)
    living.read_anew()
    assert "取不到它的数据" in line("教务系统")
    assert "起无法访问" in line("外面的宿舍")


def rest(*rows) -> None:
    Integration.objects.filter(pk__in=[one.pk for one in rows]).update(state="resting", words="停机升级")
    living.read_anew()


@pytest.mark.capability("A037.4")
def test_a_figure_that_rests_puts_no_whole_system_into_maintenance(centre, vendor, student):
    centre.live("page", "academic", vendor.says("/academic", "well"), system="academic")
    grades = centre.live("data", "grades", vendor.says("/grades", '{"value": 1}'), system="academic")
    books = [
        centre.live("data", key, vendor.says(f"/{key}", '{"value": 1}'), system="library") for key in ("seats", "loans")
    ]
    Integration.objects.filter(pk=grades.pk).update(failures=5)
    Integration.objects.filter(pk=books[1].pk).update(good_at=now())
    vendor.says("/academic", "down", status=500)
    rest(grades, books[0])

    def line(name):
        page = student.get("/systems/").content.decode()
        return next(one for one in page.split('<li class="card system">') if name in one)

    for _time in range(2):
        watching.watch()
    assert "起无法访问" in line("教务系统")
    assert "正常" in line("图书馆")
    rest(*books)
    assert "维护中：停机升级" in line("图书馆"), "nothing of it is left"
    vendor.says("/academic", "well")
    for _time in range(watching.UP_AFTER):
        watching.watch()
    assert "正常" in line("教务系统"), "what rests is not missed"


def fields_of(box):
    return {name: getattr(box, name) for name in box.__slots__}


def forecast(**more):
    days = [(campus_today() + timedelta(days=ahead)).isoformat() for ahead in range(3)]
    said = {
        "current": {"temperature_2m": 11.6, "weather_code": 61},
        "daily": {
            "time": days,
            "weather_code": [61, 3, 0],
            "temperature_2m_max": [14, 13, 15],
            "temperature_2m_min": [6, 5, 4],
            "precipitation_probability_max": [80, 20, None],
        },
        "warnings": [{"title": "大风蓝色预警 <b>", "text": "注意", "time": ""}],
    }
    return json.dumps(said | more)


@pytest.fixture
def station(vendor, listed, db, monkeypatch, student):
    monkeypatch.setattr(services, "provider", lambda: ("open-meteo", vendor.url))
    vendor.says("/v1/forecast", forecast())
    services.report.forget()
    return vendor


@pytest.mark.capability("A038.1")
def test_today_s_weather_of_the_place_the_school_names_is_on_the_home(station, student, monkeypatch):
    assert services.fetch()
    page = student.get("/").content.decode()
    for words in ("岳阳", "12°", "小雨", "6～14°", "今天有雨雪，带伞", "大风蓝色预警 &lt;b&gt;"):
        assert words in page, words
    elsewhere = {"place": "长沙", "latitude": "28.2", "longitude": "112.9"}
    changed = replace(school(), raw={**school().raw, "weather": elsewhere})
    monkeypatch.setattr(services, "school", lambda: changed)
    assert services.fetch()
    assert "latitude=28.2&longitude=112.9" in station.calls[-1][0]
    assert "长沙" in student.get("/weather/").content.decode()


@pytest.mark.capability("A038.1")
def test_after_midnight_the_report_of_the_evening_before_says_the_new_day(station, student):
    days = [(campus_today() + timedelta(days=ahead)).isoformat() for ahead in (-1, 0, 1)]
    said = json.loads(forecast())
    station.says("/v1/forecast", forecast(daily=said["daily"] | {"time": days}))
    assert services.fetch()
    page = student.get("/").content.decode()
    assert "5～13°" in page
    assert "6～14°" not in page
    assert "带伞" not in page, "that was yesterday"
    page = student.get("/weather/").content.decode()
    assert ("5～13°" in page, "6～14°" in page) == (True, False)
    assert (page.count("降水"), "降水 0%" in page) == (1, False), "of the third day nobody said how much it rains"


@pytest.mark.capability("A038.2")
def test_without_the_line_the_last_report_stands_for_twelve_hours_with_its_time(station, student):
    assert services.fetch()
    began = now()
    for answer in (
        {"content": "busy", "status": 429},
        {"content": "<html>"},
        {"content": forecast().replace(campus_today().isoformat(), "2026-13-45")},
        {"content": forecast(current={"temperature_2m": 1e308, "weather_code": 1}).replace("1e+308", "1e999")},
        {"content": forecast(warnings=[{"title": "x", "time": "\u0000" * 30}]).replace("61", "NaN")},
        {"content": forecast(current={"temperature_2m": 999, "weather_code": 1})},
    ):
        station.says("/v1/forecast", **answer)
        assert not services.fetch()
    for hours, shown, old in ((1, True, False), (4, True, True), (13, False, False)):
        with time_machine.travel(began + timedelta(hours=hours), tick=False):
            page = signed_in("20240518").get("/").content.decode()
            assert ("12°" in page) is shown
            assert ("weather-old" in page) is old
    assert WeatherReport.objects.get().facts["temperature"] == 12


@pytest.mark.capability("A038.3")
def test_nothing_of_anybody_goes_out_and_no_page_asks(station, student):
    assert services.fetch()
    path, headers = station.calls.pop()
    assert path.partition("?")[2] == (
        "latitude=29.357&longitude=113.129&current=temperature_2m,weather_code&daily=weather_code,temperature_2m_max,"
        "temperature_2m_min,precipitation_probability_max&timezone=Asia%2FShanghai&forecast_days=3"
    )
    assert set(headers) == {"host", "user-agent", "connection", "accept"}
    page, began = student.get("/"), now()
    student.get("/weather/")
    for hours in (4, 13):
        with time_machine.travel(began + timedelta(hours=hours), tick=False):
            late = signed_in("20240518")
            assert [late.get(address).status_code for address in ("/", "/weather/")] == [200, 200]
    assert not station.calls, "nor of an old report"
    assert station.url not in page.content.decode()
    assert "open-meteo" not in page.content.decode()


@pytest.mark.parametrize(
    ("provider", "answers"),
    [
        (
            adapters.qweather,
            {
                "/v7/weather/now": {"code": "200", "now": {"temp": "12", "icon": "104"}},
                "/v7/weather/3d": {
                    "code": "200",
                    "daily": [{"fxDate": "2026-11-26", "iconDay": "305", "tempMax": "14", "tempMin": "6"}],
                },
                "/v7/warning/now": {"code": "200", "warning": [{"title": "大风蓝色预警", "text": "x", "pubTime": "1"}]},
            },
        ),
        (
            adapters.caiyun,
            {
                "/v2.6/key-1/113.1,29.3/weather": {
                    "status": "ok",
                    "result": {
                        "realtime": {"temperature": 11.7, "skycon": "CLOUDY"},
                        "daily": {
                            "temperature": [{"date": "2026-11-26T00:00+08:00", "max": 14, "min": 6}],
                            "skycon": [{"date": "", "value": "LIGHT_RAIN"}],
                            "precipitation": [{"date": "", "probability": 80}],
                        },
                        "alert": {"content": [{"title": "大风蓝色预警", "description": "x", "pubtimestamp": 1}]},
                    },
                }
            },
        ),
    ],
)
@pytest.mark.capability("A038.1")
def test_the_other_providers_say_the_same(vendor, listed, provider, answers):
    for path, answer in answers.items():
        vendor.says(path, json.dumps(answer))
    found = provider(adapters.Place(latitude="29.3", longitude="113.1", key="key-1", address=vendor.url))
    assert (found["temperature"], found["sky"], found["days"][0]["sky"]) == (12, "cloudy", "drizzle")
    assert (found["days"][0]["high"], found["days"][0]["low"]) == (14, 6)
    assert found["warnings"][0]["level"] == "blue"
