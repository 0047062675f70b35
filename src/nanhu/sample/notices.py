"""About sixty notices (校内公告) of a living school, dated around a given day."""

from __future__ import annotations

import io
import re
import tomllib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from openpyxl import Workbook

from nanhu.sample.files import without_clock
from nanhu.sample.rhythm import SHANGHAI

if TYPE_CHECKING:
    from collections.abc import Mapping

SOURCE = Path(__file__).with_name("notices.toml")
WEEKDAYS = "一二三四五六日"
LATER = re.compile(r"\{\+(\d+)\}")
LISTED = (
    "张嘉怡",
    "李浩然",
    "王思远",
    "刘梓涵",
    "陈佳慧",
    "彭宇轩",
    "罗雨欣",
    "谭文博",
    "向晓雯",
    "曾俊杰",
    "易思琪",
    "周子豪",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleNotice:
    """`key` names it for ever ("sample:0017"); the body is Markdown; times carry the campus's zone."""

    key: str
    title: str
    body: str
    published_at: datetime
    office_code: str
    audience: Literal["all", "students", "staff"]
    expires_at: datetime | None
    pinned: bool
    must_read: bool
    attachments: tuple[tuple[str, bytes], ...]


def notices(*, today: date, until: datetime | None = None) -> list[SampleNotice]:
    """Newest first; none is dated after `today`. With `until` (aware) those still to come that day move a day back."""
    found = tomllib.loads(SOURCE.read_text(encoding="utf-8"))["notice"]
    made = [_notice(number, facts, today, until) for number, facts in enumerate(found, start=1)]
    return sorted(made, key=lambda notice: notice.published_at, reverse=True)


def _notice(number: int, facts: Mapping[str, Any], today: date, until: datetime | None) -> SampleNotice:
    published = datetime.combine(_day(facts, today), time.fromisoformat(facts["hour"]), SHANGHAI)
    if until and published > until:
        published -= timedelta(days=1)
    flags = facts.get("flags", ())
    expires = facts.get("expires")
    return SampleNotice(
        key=f"sample:{number:04d}",
        title=_filled(facts["title"], published),
        body=_filled(facts["body"].strip(), published),
        published_at=published,
        office_code=facts["office"],
        audience=facts["audience"],
        expires_at=published + timedelta(days=expires) if expires else None,
        pinned="pinned" in flags,
        must_read="must_read" in flags,
        attachments=((facts["attachment"], _workbook(facts["attachment"], published.date())),)
        if "attachment" in facts
        else (),
    )


def _day(facts: Mapping[str, Any], today: date) -> date:
    if "back" in facts:
        return today - timedelta(days=int(facts["back"]))
    month, day = (int(part) for part in facts["on"].split("-"))
    this_year = date(today.year, month, day)
    return this_year if this_year < today else date(today.year - 1, month, day)


def _filled(text: str, published: datetime) -> str:
    def day(match: re.Match[str]) -> str:
        then = published.date() + timedelta(days=int(match[1]))
        return f"{then.month}月{then.day}日（周{WEEKDAYS[then.weekday()]}）"

    return LATER.sub(day, text.replace("{year}", str(published.year)))


def _workbook(name: str, day: date) -> bytes:
    """A small list, as an office attaches it; byte-equal each time."""
    book = Workbook()
    page = book.worksheets[0]
    page.title = "Sheet1"
    page.append([name.removesuffix(".xlsx")])
    page.append(["序号", "单位", "姓名", "备注"])
    for number, person in enumerate(LISTED, start=1):
        page.append([number, "信息科学与工程学院" if number % 2 else "经济与管理学院", person, ""])
    page.merge_cells("A1:D1")
    memory = io.BytesIO()
    book.save(memory)
    return without_clock(memory, day)
