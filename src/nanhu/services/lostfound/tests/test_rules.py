"""Numbers that must not be posted; how well two posts fit."""

from datetime import UTC, datetime, timedelta

import pytest

from nanhu.services.lostfound import rules


@pytest.mark.parametrize(
    "text",
    [
        "电话13800138000",
        "１３８００１３８０００",
        "138 0013 8000",
        "138-0013-8000",
        "138.0013.8000",
        "138\u200b0013\u200b8000",
        "一三八零零一三八零零零",
        "幺三八〇〇幺三八〇〇〇",
        "2026-11-28 13800138000",
        "身份证430602200503181263",
        "43060220050318126X",
        "43060220050318126x 的",
        "座机 0730-8640101",
        "8640101",
        "学号14231200001",
        "卡号 1000234567",
        "qq：123456789",
        "①③⑧⓪⓪①③⑧⓪⓪⓪",
        "138,0013,8000",
        "138，0013，8000",
        "138/0013、8000",
        "138。0013+8000",
        "138•0013:8000",
        "1\ufe0f\u20e338 0013 8000",
        "1380.01.38 000",
        "12:30 138 001 380 00",
        "1000 234567",
        "430602-20050318-126x",
        "138-20050318",
    ],
)
def test_a_number_of_a_person_is_seen_however_it_is_written(text):
    assert rules.has_private_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "黑色折叠伞",
        "2026-11-28 14:30 在图书馆301",
        "11月28日下午3点",
        "书号 978-7-04-014139-5",
        "iPhone 15 128G",
        "二〇二六年十一月",
        "300元",
        "ISBN 7-04-014139-6",
        "20261128",
        "11.28 10.30",
        "11-28 14-30",
        "钥匙 101 202 303",
    ],
)
def test_days_rooms_books_and_models_are_none(text):
    assert not rules.has_private_number(text)


def test_a_claim_may_say_the_number_of_a_device_and_no_phone():
    assert not rules.has_phone("序列号 C02ZX1234567")
    assert rules.has_phone("打我 138、0013、8000")


def test_two_texts_are_as_like_as_the_pairs_of_letters_that_they_share():
    assert rules.overlap("黑色折叠伞", "黑色折叠伞") == 1
    assert rules.overlap("黑色折叠伞", "红色长柄伞") == 0
    assert 0.5 < rules.overlap("黑色折叠伞，木柄", "一把黑色折叠伞") < 1
    assert rules.overlap("", "伞") == 0


@pytest.mark.capability("A075.2")
def test_near_in_time_is_within_three_days():
    noon = datetime(2028, 2, 29, 12, tzinfo=UTC)
    assert rules.nearness(noon, noon) == 1
    assert rules.nearness(noon, noon + timedelta(days=3)) == 0
    assert rules.nearness(noon, noon - timedelta(days=9)) == 0
    assert rules.nearness(noon, noon + timedelta(hours=36)) == pytest.approx(0.5)


@pytest.mark.capability("A075.2")
@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (("main", "lib"), ("main", "lib"), 1.0),
        (("main", "lib", "lib-301"), ("main", "lib"), 0.7),
        (("main", "lib"), ("main", "gym"), 0.3),
        (("main",), ("main", "gym"), 0.3),
        (("main", "lib"), ("east",), None),
        ((), ("east",), 0.3),
    ],
)
def test_the_same_building_is_nearer_than_the_same_campus_and_another_campus_is_out(first, second, expected):
    assert rules.place_score(first, second) == expected
