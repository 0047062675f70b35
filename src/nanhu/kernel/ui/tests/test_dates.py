import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.template import Context, Template
from django.utils import translation

import nanhu
from nanhu.kernel.clock import campus_today
from nanhu.kernel.ui import dates

AT = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)  # 14:30 on the campus


def test_a_span_without_an_end_has_no_dash_that_leads_nowhere():
    year = campus_today().year
    first, last = date(year, 9, 1), date(year, 9, 30)
    assert dates.span_words(first, last) == "9月1日 – 9月30日"
    assert dates.span_words(first, None) == "9月1日起"
    assert dates.span_words(None, last) == "到9月30日"
    assert dates.span_words(None, None) == ""


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(seconds=20), "刚刚"),
        (timedelta(minutes=5), "5 分钟前"),
        (timedelta(hours=3), "3 小时前"),
        (timedelta(days=1), "11月23日 周一 14:30"),
        (timedelta(days=400), "2025年10月20日 周一 14:30"),
        (timedelta(days=-1), "11月25日 周三 14:30"),
    ],
)
def test_dates_are_relative_only_under_a_day(ago, words):
    assert dates.moment_words(AT - ago, AT) == words


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(seconds=20), "已超时 1 分钟"),
        (timedelta(minutes=59), "已超时 59 分钟"),
        (timedelta(hours=47), "已超时 47 小时"),
        (timedelta(days=2), "已超时 2 天"),
        (timedelta(0), ""),
        (timedelta(minutes=-1), ""),
    ],
)
def test_what_is_late_says_since_when(ago, words):
    assert dates.late_words(AT - ago, AT) == words


def test_the_clock_alone_is_enough_today_on_the_campus():
    assert dates.clock_words(AT - timedelta(hours=14), AT) == "00:30"
    assert dates.clock_words(AT - timedelta(hours=15), AT) == "11月23日 周一 23:30"


def test_english_dates_are_english():
    with translation.override("en"):
        assert dates.day(AT, 2026) == "24 Nov Tue"
        assert dates.day(AT, 2027) == "24 Nov 2026 Tue"
        assert dates.month_words(AT.date()) == "Nov 2026"
    assert dates.month_words(AT.date()) == "2026年11月"


@pytest.mark.parametrize(("hour", "part"), [(0, "night"), (5, "dawn"), (8, "day"), (17, "dusk"), (20, "night")])
def test_the_lake_follows_the_hour(hour, part):
    assert dates.day_part(hour) == part


ROOT = Path(nanhu.__file__).parent
HARD_CODED = re.compile(r"\|(?:date|time)\b")
WRITTEN = re.compile(r"%m-%d|%m月|(?:Error|_)\(.*\.isoformat\(\)")
NO_PEOPLE = {"tests", "emulators", "sample", "commands"}
FOR_PROGRAMS = {  # files that are handed out, protocols, the widgets of a browser, tables on printed sheets
    "kernel/delivery/signing.py",
    "kernel/kit/columns.py",
    "kernel/ui/dates.py",
    "kernel/ui/widgets.py",
    "platforms/datahub/feeding/reading.py",
    "platforms/datahub/feeding/rowevents.py",
    "platforms/datahub/sharing/interface.py",
    "platforms/flows/exporting.py",
    "platforms/flows/printing.py",
    "platforms/identity/administration/tables.py",
    "platforms/identity/cas_answers.py",
    "platforms/identity/protocols/saml/services/answers.py",
    "services/directory/queries.py",
    "services/network/reach/web_gates.py",
    "services/network/services/handovers.py",
    "systems/assets/printing.py",
    "systems/card/closing/printing.py",
    "systems/card/closing/services/payouts.py",
    "systems/card/export.py",
    "systems/card/issuing/hours.py",
    "systems/card/pins/policy.py",
}


def test_templates_write_dates_through_the_one_set_of_filters() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in ROOT.rglob("templates/**/*.html")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if HARD_CODED.search(line)
    ]
    assert found == []


def hand_written() -> dict[str, list[int]]:
    """By file the lines that write a date by themselves."""
    lines = {
        str(path.relative_to(ROOT)): [
            n for n, line in enumerate(path.read_text().splitlines(), 1) if WRITTEN.search(line)
        ]
        for path in ROOT.rglob("*.py")
        if not NO_PEOPLE & {*path.parts}
    }
    return {path: numbers for path, numbers in lines.items() if numbers}


def test_sentences_write_dates_as_pages_do() -> None:
    found = hand_written()
    assert {path: numbers for path, numbers in found.items() if path not in FOR_PROGRAMS} == {}
    assert found.keys() >= FOR_PROGRAMS, "an exception that nobody needs any more"


def test_the_filters_give_the_forms_of_the_house() -> None:
    moment = datetime(2020, 11, 24, 6, 30, 5, tzinfo=UTC)
    shown = (
        "{{ at|campus_day }} / {{ at|campus_time }} / {{ at|campus_second }} / {{ at|campus_hour }} / {{ at|iso_day }}"
    )
    page = Template("{% load ui %}" + shown).render(Context({"at": moment}))
    assert page == "2020年11月24日 / 2020年11月24日 周二 14:30 / 2020年11月24日 14:30:05 / 14:30 / 2020-11-24"
    assert Template("{% load ui %}{{ none|campus_day|default:'—' }}").render(Context({"none": None})) == "—"
    assert Template("{% load ui %}{{ kept|campus_day }}").render(Context({"kept": "2020-11-24"})) == "2020年11月24日"
