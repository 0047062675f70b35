"""What a keeper wrote of a venue, as a reader of English reads it: in English where it is, else in Chinese marked as such."""

import pytest

from nanhu.services.venues.models import Venue

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
    }
    assert keeper.post(address, {**said, **SAID, **ENGLISH}).status_code == 302
    found = Venue.objects.get()
    assert {name: getattr(found, name) for name in ENGLISH} == ENGLISH
