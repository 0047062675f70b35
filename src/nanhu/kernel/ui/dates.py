"""Dates as the house writes them: 11月24日 周二 14:30, relative only under a day."""

from datetime import date, datetime

from django.utils.translation import get_language, gettext, gettext_lazy, ngettext

from nanhu.kernel.clock import campus_time

WEEKDAYS = (
    gettext_lazy("周一"),
    gettext_lazy("周二"),
    gettext_lazy("周三"),
    gettext_lazy("周四"),
    gettext_lazy("周五"),
    gettext_lazy("周六"),
    gettext_lazy("周日"),
)
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
DAY_PARTS = ((5, "night"), (8, "dawn"), (17, "day"), (20, "dusk"), (24, "night"))
A_MINUTE, AN_HOUR, A_DAY = 60, 3600, 86_400


def day_part(hour: int) -> str:
    """dawn, day, dusk or night."""
    return next(part for before, part in DAY_PARTS if hour < before)


def day(moment: date, this_year: int) -> str:
    """11月24日 周二; with the year where it is another one."""
    here = campus_time(moment) if isinstance(moment, datetime) else moment
    is_this_year = here.year == this_year
    if (get_language() or "").startswith("en"):
        words = f"{here.day} {MONTHS[here.month - 1]}" + ("" if is_this_year else f" {here.year}")
    else:
        words = ("" if is_this_year else f"{here.year}年") + f"{here.month}月{here.day}日"
    return f"{words} {WEEKDAYS[here.weekday()]}"


def moment_words(moment: datetime, at: datetime) -> str:
    """How long ago, under a day; the date and time, above."""
    seconds = (at - moment).total_seconds()
    if 0 <= seconds < A_MINUTE:
        return gettext("刚刚")
    if A_MINUTE <= seconds < AN_HOUR:
        minutes = int(seconds // A_MINUTE)
        return ngettext("%(number)d 分钟前", "%(number)d 分钟前", minutes) % {"number": minutes}
    if AN_HOUR <= seconds < A_DAY:
        hours = int(seconds // AN_HOUR)
        return ngettext("%(number)d 小时前", "%(number)d 小时前", hours) % {"number": hours}
    return f"{day(moment, campus_time(at).year)} {campus_time(moment):%H:%M}"


def clock_words(moment: datetime, at: datetime) -> str:
    """11:42 when it is today; the date and time otherwise. For "截至 11:42"."""
    here = campus_time(moment)
    if here.date() == campus_time(at).date():
        return f"{here:%H:%M}"
    return f"{day(moment, campus_time(at).year)} {here:%H:%M}"
