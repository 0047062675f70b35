"""Dates as the house writes them: 11月24日 周二 14:30, relative only under a day."""

from datetime import date, datetime

from django.utils.functional import lazy
from django.utils.translation import get_language, gettext, gettext_lazy, ngettext

from nanhu.kernel.clock import campus_time, campus_today

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


def _here(moment: date) -> date:
    return campus_time(moment) if isinstance(moment, datetime) else moment


def iso(moment: date) -> str:
    """2026-09-01T12:05:09+00:00, or a day: for machines that read a page, to the second."""
    return moment.isoformat(timespec="seconds") if isinstance(moment, datetime) else moment.isoformat()


def iso_day(moment: date) -> str:
    """2026-09-01: for addresses and pickers, never for people."""
    here = _here(moment)
    return f"{here:%Y-%m-%d}"


def short_day(moment: date, this_year: int | None) -> str:
    """9月1日; with the year where it is another one, or always (None)."""
    here = _here(moment)
    is_this_year = here.year == this_year
    if (get_language() or "").startswith("en"):
        return f"{here.day} {MONTHS[here.month - 1]}" + ("" if is_this_year else f" {here.year}")
    return ("" if is_this_year else f"{here.year}年") + f"{here.month}月{here.day}日"


def month_words(month: date) -> str:
    """2026年1月, always with its year: of books and bills."""
    if (get_language() or "").startswith("en"):
        return f"{MONTHS[month.month - 1]} {month.year}"
    return f"{month.year}年{month.month}月"


lazy_day = lazy(short_day, str)
"""For what is told to readers of either language."""


def span_words(first: date | None, last: date | None) -> str:
    """9月1日 – 9月30日; 9月1日起 where no end is known, 到9月30日 where no beginning is."""
    begin, end = (short_day(one, campus_today().year) if one else "" for one in (first, last))
    if begin and end:
        return f"{begin} – {end}"
    if begin:
        return gettext("%(day)s起") % {"day": begin}
    return gettext("到%(day)s") % {"day": end} if end else ""


def day(moment: date, this_year: int) -> str:
    """11月24日 周二; with the year where it is another one."""
    return f"{short_day(moment, this_year)} {WEEKDAYS[_here(moment).weekday()]}"


def time_words(moment: datetime) -> str:
    """11月24日 周二 14:30, never relative: for what is still to come, for messages, for slips."""
    return f"{day(moment, campus_today().year)} {campus_time(moment):%H:%M}"


lazy_time = lazy(time_words, str)
"""The same for messages, which readers of either language keep for days."""


def second_words(moment: datetime) -> str:
    """2026年11月24日 14:30:05, as receipts need it: complete."""
    return f"{short_day(moment, None)} {campus_time(moment):%H:%M:%S}"


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


def late_words(due: datetime | None, at: datetime) -> str:
    """已超时 3 小时: since when something should have been done, in days from two days on; nothing where it is not late."""
    if due is None or due >= at:
        return ""
    seconds = max((at - due).total_seconds(), A_MINUTE)
    if seconds < AN_HOUR:
        number = int(seconds // A_MINUTE)
        return ngettext("已超时 %(number)d 分钟", "已超时 %(number)d 分钟", number) % {"number": number}
    if seconds < 2 * A_DAY:
        number = int(seconds // AN_HOUR)
        return ngettext("已超时 %(number)d 小时", "已超时 %(number)d 小时", number) % {"number": number}
    number = int(seconds // A_DAY)
    return ngettext("已超时 %(number)d 天", "已超时 %(number)d 天", number) % {"number": number}


def clock_words(moment: datetime, at: datetime) -> str:
    """11:42 when it is today; the date and time otherwise. For "截至 11:42"."""
    here = campus_time(moment)
    if here.date() == campus_time(at).date():
        return f"{here:%H:%M}"
    return f"{day(moment, campus_time(at).year)} {here:%H:%M}"
