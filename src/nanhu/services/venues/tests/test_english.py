"""What a keeper wrote of a venue, as a reader of English reads it: in English where it is, else in Chinese marked as such."""

import re

import pytest
from django.utils import translation

from nanhu.kernel.clock import CAMPUS_ZONE
from nanhu.platforms.messages.models import Message
from nanhu.services.venues.models import Venue
from nanhu.services.venues.services import displacing
from nanhu.services.venues.tests.conftest import as_read

CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
SAID = {"about": "三楼的报告厅", "rules": "不得饮食。\n\n用完关灯。", "key_desk": "一楼值班室"}
ENGLISH = {
    "about_en": "A hall on the third floor",
    "rules_en": "No food.\n\nLights off afterwards.",
    "key_desk_en": "Porter, ground floor",
}


@pytest.fixture
def reader(school):
    client = school.client("S1")
    client.post("/preferences/language/en")
    return client


def test_a_reader_of_english_reads_the_rules_in_english(school, reader):
    hall = school.venue("b1.1", "报告厅", uses=["hall"], **SAID, **ENGLISH)
    page = reader.get(f"/venues/{hall.public_id}/").content.decode()
    assert all(said in page for said in ("A hall on the third floor", "<p>No food.</p>", "Porter, ground floor"))
    assert not any(said in page for said in ("三楼的报告厅", "不得饮食", "一楼值班室"))
    assert "不得饮食" in school.client("S2").get(f"/venues/{hall.public_id}/").content.decode()
    made = school.approved("S1", hall, 14, 16)
    assert "Porter, ground floor" in reader.get(f"/venues/mine/{made.public_id}/").content.decode()


def test_ones_bookings_are_named_in_english_at_home_and_in_the_calendar(school, reader):
    hall = school.venue("b1.1", "报告厅", uses=["hall"], name_en="Grand Hall")
    made = school.approved("S1", hall, 14, 16)
    day = made.begins_at.astimezone(CAMPUS_ZONE).date().isoformat()
    for page in ("/", f"/calendar/?view=day&on={day}"):
        assert "Grand Hall" in reader.get(page).content.decode(), page


def test_rules_in_chinese_alone_are_shown_and_marked_as_chinese(school, reader):
    hall = school.venue("b1.1", "报告厅", uses=["hall"], **SAID | {"rules": "不得饮食。<b>"})
    page = reader.get(f"/venues/{hall.public_id}/").content.decode()
    assert '<div lang="zh-Hans"><p>不得饮食。&lt;b&gt;</p></div>' in page
    assert '<span lang="zh-Hans">三楼的报告厅</span>' in page
    assert '<span lang="zh-Hans">一楼值班室</span>' in page


def test_its_keeper_enters_them(school):
    hall = school.venue("b1.1", "报告厅", uses=["hall"])
    keeper = school.client("K1")
    address = f"/venues/desk/venues/{hall.public_id}/change/"
    said = {
        "name": "报告厅",
        "uses": ["hall"],
        "unit": "1016",
        "capacity": 300,
        "set_up": 0,
        "clear_up": 0,
        "notice_days": 0,
        "ahead_days": 60,
        "longest_minutes": 480,
        "faces": ["student"],
        "revision": as_read(hall),
    }
    assert keeper.post(address, {**said, **SAID, **ENGLISH}).status_code == 302
    found = Venue.objects.get()
    assert {name: getattr(found, name) for name in ENGLISH} == ENGLISH


def test_whoever_is_displaced_reads_it_in_his_own_language(school):
    hall = school.venue("b1.1", "报告厅", uses=["hall"])
    school.venue("b1.2", "小报告厅", uses=["hall"])
    Venue.objects.filter(pk=hall.pk).update(name_en="Lecture Hall")
    Venue.objects.exclude(pk=hall.pk).update(name_en="Small Hall")
    made = school.approved("S1", hall, 14, 16)
    with translation.override("en"):
        displacing.displace(by=school.actor("O1"), booking=made, reason="CET")
    told = Message.objects.filter(template="venues.booking").latest("pk")
    assert told.text == f"场地被征用（CET），可改到：小报告厅：报告厅 {made.when}"
    english = "Your booking was displaced (CET); you may move to: Small Hall: Lecture Hall "
    assert told.text_en.startswith(english)
    assert not CHINESE.search(told.text_en)
