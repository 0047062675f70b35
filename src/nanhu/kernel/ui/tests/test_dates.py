from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from nanhu.kernel.ui import dates

AT = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)  # 14:30 on the campus


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


def test_the_clock_alone_is_enough_today_on_the_campus():
    assert dates.clock_words(AT - timedelta(hours=14), AT) == "00:30"
    assert dates.clock_words(AT - timedelta(hours=15), AT) == "11月23日 周一 23:30"


def test_english_dates_are_english():
    with translation.override("en"):
        assert dates.day(AT, 2026) == "24 Nov Tue"
        assert dates.day(AT, 2027) == "24 Nov 2026 Tue"


@pytest.mark.parametrize(("hour", "part"), [(0, "night"), (5, "dawn"), (8, "day"), (17, "dusk"), (20, "night")])
def test_the_lake_follows_the_hour(hour, part):
    assert dates.day_part(hour) == part
