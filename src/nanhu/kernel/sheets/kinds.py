"""What a cell may be. A kind turns what was typed into what is meant, or raises a CampusError that says what is wrong."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, ClassVar, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import on_campus
from nanhu.kernel.errors import InvalidError
from nanhu.kernel.folding import halfwidth, one_line, unspaced
from nanhu.kernel.money import parse_yuan

type Kind = Callable[[str], Any]
MONTH = re.compile(r"(\d{4})[-/.年](\d{1,2})月?")
DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
NUMBER = re.compile(r"[0-9A-Za-z]{4,20}")
FIRST_DAY: Final = date(1900, 1, 1)
LAST_DAY: Final = date(2199, 12, 31)
"""Of moments: one whose year has a digit too few or too many can be kept and never be read again."""


class CellError(InvalidError):
    """What stands in a cell is not what it should be."""


class NotADayError(CellError):
    code = "sheet.not_a_day"
    sentence: ClassVar[str | Promise] = _("日期写成 2026-10-01 这样")


class DayTooEarlyError(NotADayError):
    code = "sheet.day_too_early"
    sentence: ClassVar[str | Promise] = _("日期在 1900 年以前，请核对年份")


class NotAMonthError(CellError):
    code = "sheet.not_a_month"
    sentence: ClassVar[str | Promise] = _("月份写成 2026-10 这样")


class NotAMomentError(CellError):
    code = "sheet.not_a_moment"
    sentence: ClassVar[str | Promise] = _("时间写成 2026-11-29 08:30:15 这样")


class PhraseTooLongError(CellError):
    code = "sheet.phrase_too_long"
    sentence: ClassVar[str | Promise] = _("最多 {longest} 个字")


class NotANumberError(CellError):
    code = "sheet.not_a_campus_no"
    sentence: ClassVar[str | Promise] = _("学工号只有字母和数字")


class NotAChoiceError(CellError):
    code = "sheet.not_a_choice"
    sentence: ClassVar[str | Promise] = _("只能是：{choices}")


def text(said: str) -> str:
    return said


def yuan(said: str) -> int:
    """In fen."""
    return parse_yuan(said)


def campus_no(said: str) -> str:
    number = unspaced(said)
    if not NUMBER.fullmatch(number):
        raise NotANumberError
    return number


def day(said: str) -> date:
    """No sheet speaks of one before 1900: there a digit is missing (0202-03-01)."""
    found = DAY.fullmatch(unspaced(said))
    try:
        meant = date(*map(int, found.groups())) if found else date.fromisoformat(halfwidth(said).strip())
    except ValueError as error:
        raise NotADayError from error
    if meant < FIRST_DAY:
        raise DayTooEarlyError
    return meant


def month(said: str) -> date:
    """Its first day."""
    found = MONTH.fullmatch(unspaced(said))
    try:
        return date(int(found[1]), int(found[2]), 1) if found else day(said).replace(day=1)
    except (ValueError, NotADayError) as error:
        raise NotAMonthError from error


def moment(said: str) -> datetime:
    """With its seconds, on the campus's clocks where no zone is written."""
    try:
        meant = on_campus(datetime.fromisoformat(halfwidth(said).strip().replace("/", "-")))
    except ValueError as error:
        raise NotAMomentError from error
    if not is_likely(meant.date()):
        raise NotAMomentError
    return meant


def is_likely(day: date) -> bool:
    return FIRST_DAY <= day <= LAST_DAY


def phrase(longest: int) -> Kind:
    """In one line; a break that somebody typed into the cell, or a sign that cannot be read, is a blank."""

    def said_in_short(said: str) -> str:
        found = one_line(said)
        if len(found) > longest:
            raise PhraseTooLongError(longest=longest)
        return found

    return said_in_short


def choice(choices: Mapping[str, Any]) -> Kind:
    """One of these words, and what it stands for."""

    def chosen(said: str) -> Any:
        word = unspaced(said)
        if word not in choices:
            raise NotAChoiceError(choices="、".join(choices))
        return choices[word]

    return chosen
