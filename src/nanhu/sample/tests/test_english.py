"""What a student from abroad reads of the sample campus: places, rooms, terms, hours and venues have English names."""

import re
from datetime import date

import pytest
from django.utils import translation

from nanhu.kernel.ui.words import term
from nanhu.sample import doors, hall, school_calendar, things
from nanhu.sample.demo.venues import COURT, INSTRUMENTS, VENUES, instrument_rooms
from nanhu.services.venues.models import Venue

CHINESE = re.compile(r"[\u3400-\u9fff]")
TODAY = date(2026, 11, 24)
ROOMS = school_calendar.rooms()
NAMES = {
    *(one.name for one in (*school_calendar.places(), *things.places(), *hall.PLACES, *doors.PLACES)),
    *(str(one["name"]) for one in ROOMS.values()),
    *(said for one in ROOMS.values() for said in one["equipment"]),  # type: ignore[attr-defined]
    *(one.name for one in school_calendar.terms(TODAY)),
    *(season for season, _first, _last in school_calendar.seasons(TODAY)),
    *school_calendar.COURSES,
    "分析测试中心",
    *(f"{name}室" for name in instrument_rooms()),
}


def chinese_of(names):
    with translation.override("en"):
        return [name for name in names if CHINESE.search(term(name))]


def test_places_rooms_terms_and_courses_have_an_english_name():
    assert len(NAMES) > 300, "the sample was read"
    assert chinese_of(NAMES) == []
    with translation.override("en"):
        assert term("南院1栋宿舍") == "South Campus Dormitory 1"
        assert term("2026–2027 学年秋季学期") == "Autumn Term 2026–2027"


@pytest.mark.parametrize("order", [*VENUES, *INSTRUMENTS, COURT], ids=lambda order: order.name)
def test_a_venue_says_in_english_what_it_is_what_is_in_it_and_where_its_key_lies(order):
    facts = {name: value for name, value in order.facts.items() if name in {"name_en", "key_desk", "rules", "rules_en"}}
    venue = Venue(name=order.name, **facts)
    with translation.override("en"):
        said = (venue.called, venue.key_desk_shown, venue.rules_shown)
    assert [one for one in said if CHINESE.search(str(one))] == []
    assert chinese_of(order.facts.get("equipment", [])) == []
