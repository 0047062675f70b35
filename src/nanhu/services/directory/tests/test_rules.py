"""Hours of work, open now, numbers, addresses of WeChat; without a database."""

from datetime import date, datetime

import pytest

from nanhu.kernel.calendar.hours import Opening, spans_of
from nanhu.kernel.clock import CAMPUS_ZONE
from nanhu.services.directory.rules import NUMBER, dialled, is_wechat, opening_at, shift_on

DAY = spans_of("08:30-12:00 14:30-17:30")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=CAMPUS_ZONE)


def weekdays(day: date):
    return DAY if day.weekday() < 5 else ()


@pytest.mark.capability("A068.3")
@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        (at(27, 8, 29), Opening(is_open=False, at=at(27, 8, 30))),
        (at(27, 8, 30), Opening(is_open=True, at=at(27, 12))),
        (at(27, 12), Opening(is_open=False, at=at(27, 14, 30))),
        (at(27, 17, 29), Opening(is_open=True, at=at(27, 17, 30))),
        (at(27, 17, 30), Opening(is_open=False, at=at(30, 8, 30))),
        (at(28, 10), Opening(is_open=False, at=at(30, 8, 30))),
    ],
)
def test_who_is_there_now_and_until_when(moment, opening):
    assert opening_at(moment, weekdays) == opening


def test_where_nobody_ever_is_nobody_says_when():
    assert opening_at(at(27, 10), lambda _day: ()) == Opening(is_open=False, at=None)


@pytest.mark.parametrize(
    "said",
    [
        "12:00-08:30",
        "08:30",
        "8-9",
        "08:30-12:00 11:00-13:00",
        "25:00-26:00",
        "08:30-08:30",
        "08:00Z-20:00",
        "08:00-20:00+08:00",
    ],
)
def test_hours_that_are_none_are_refused(said):
    with pytest.raises(ValueError, match=r"."):
        spans_of(said)
    assert spans_of("") == ()
    assert spans_of("8:30-12:00 14:30-17:30") == DAY


def test_a_day_of_duty_ends_at_midnight_and_begins_then_on_the_next_one_alone():
    day = date(2026, 11, 27)
    assert shift_on(day, "8:00—24:00") == (at(27, 8), at(28, 0)) == shift_on(day, "08:00-00:00")
    with pytest.raises(ValueError, match="hour must be in"):
        shift_on(day, "24:00-08:00")


@pytest.mark.capability("A068.2")
def test_a_number_as_a_phone_dials_it():
    assert dialled("0730-870 3568") == "tel:07308703568"
    assert dialled("+86 730 8703568", "12") == "tel:+867308703568;ext=12"
    assert NUMBER.fullmatch("110")
    for bad in ("", "1", "8703568;rm", "tel:1", "87035a68", "1" * 30, "-12-"):
        assert not NUMBER.fullmatch(bad), bad


@pytest.mark.capability("A081.2")
def test_only_addresses_of_wechat_are():
    assert is_wechat("http://weixin.qq.com/r/abc")
    for bad in (
        "https://evil.example/weixin.qq.com",
        "https://weixin.qq.com.evil.example/",
        "javascript:1",
        "https://x@weixin.qq.com/",
        "http://[weixin.qq.com/r/abc",
        "http://weixin.qq.com:8080/r/abc",
        "http://weixin.qq.com/r/a b",
        "http://weixin.qq.com/r/a\r\n",
    ):
        assert not is_wechat(bad), bad
