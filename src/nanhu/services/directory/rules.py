"""Pure rules of the directory: hours of work, open now, numbers, addresses of WeChat."""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Final
from urllib.parse import urlsplit

from nanhu.kernel.calendar import hours
from nanhu.kernel.calendar.hours import Opening, Span, span_of

NUMBER: Final = re.compile(r"(\+\d{1,3} ?)?\d[\d -]{1,18}\d")
WECHAT: Final = ("weixin.qq.com", "mp.weixin.qq.com", "u.wechat.com", "work.weixin.qq.com")
CONFIRMED_FOR: Final = timedelta(days=400)
"""A year, and a month to answer in."""
LOOK_AHEAD: Final = 14

type Spans = tuple[Span, ...]


def spans_of(said: str) -> Spans:
    """ "08:30-12:00 14:30-17:30" in order, none over another. Raises ValueError."""
    spans = tuple(span_of(one) for one in said.split())
    ends = [time.min, *(last for _first, last in spans)]
    if any(first >= last or first < before for (first, last), before in zip(spans, ends, strict=False)):
        raise ValueError(said)
    return spans


def opening_at(moment: datetime, spans_on: Callable[[date], Spans]) -> Opening:
    """`moment` in the campus's own time."""
    return hours.opening_at(moment, spans_on, days=LOOK_AHEAD)


def dialled(number: str, extension: str = "") -> str:
    """As a phone dials it (RFC 3966): digits, a plus, the extension after a pause."""
    digits = "".join(sign for sign in number if sign.isdigit() or sign == "+")
    return f"tel:{digits}" + (f";ext={extension}" if extension else "")


def is_wechat(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme in {"http", "https"} and parts.hostname in WECHAT and parts.username is None
