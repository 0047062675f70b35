"""Pure rules of the directory: hours of work, open now, numbers, addresses of WeChat."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final

from nanhu.kernel.calendar import hours
from nanhu.kernel.calendar.hours import Opening, Span, plain_spans, span_of
from nanhu.kernel.clock import CAMPUS_ZONE, campus_time
from nanhu.kernel.outgoing import parts_of

NUMBER: Final = re.compile(r"(?=.{3,23}\Z)(\+\d{1,3} ?)?\d[\d -]{1,18}\d", re.ASCII)
"""No longer than the column."""
WECHAT: Final = ("weixin.qq.com", "mp.weixin.qq.com", "u.wechat.com", "work.weixin.qq.com")
CONFIRMED_FOR: Final = timedelta(days=400)
"""A year, and a month to answer in."""
LOOK_AHEAD: Final = 14
LONGEST_AHEAD: Final = timedelta(days=731)
"""A year that was mistyped names nobody's duty and nobody's hours."""

type Spans = tuple[Span, ...]


def opening_at(moment: datetime, spans_on: Callable[[date], Spans]) -> Opening:
    """`moment` in the campus's own time."""
    return hours.opening_at(moment, spans_on, days=LOOK_AHEAD)


def dialled(number: str, extension: str = "") -> str:
    """As a phone dials it (RFC 3966): digits, a plus, the extension after a pause."""
    digits = "".join(sign for sign in number if sign.isdigit() or sign == "+")
    return f"tel:{digits}" + (f";ext={extension}" if extension else "")


def is_wechat(address: str) -> bool:
    """Of any text that stands in a code. Without a port and a user: an address that everybody reads alike."""
    parts = parts_of(address)
    is_plain = address.isascii() and address.isprintable() and " " not in address
    return is_plain and parts.scheme in {"http", "https"} and parts.netloc.lower() in WECHAT


def shift_on(day: date, said: str) -> tuple[datetime, datetime]:
    """ "20:00-08:00" of a day: until the next where it ends no later than it begins. A day ends at 24:00, and none begins then: of which
    day it would be, is not said. Raises ValueError."""
    plain = plain_spans(said)
    span = span_of(f"{plain.removesuffix('24:00')}00:00" if plain.endswith("-24:00") else plain)
    begins = datetime.combine(day, span.opens, CAMPUS_ZONE)
    last = day if span.closes > span.opens else day + timedelta(days=1)
    return begins, datetime.combine(last, span.closes, CAMPUS_ZONE)


def shift_words(begins_at: datetime, ends_at: datetime) -> str:
    return f"{campus_time(begins_at):%H:%M}-{campus_time(ends_at):%H:%M}"
