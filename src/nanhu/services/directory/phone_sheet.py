"""The list of phones that a unit hands in, and what is wrong with it, checked as a whole."""

from collections.abc import Iterator, Sequence
from typing import Final

from django.utils.translation import gettext as _

from nanhu.kernel.calendar.hours import plain_spans, spans_of
from nanhu.kernel.folding import halfwidth
from nanhu.kernel.sheets import Checked, Column, Fault, Line, Sheet, phrase
from nanhu.services.directory.errors import NotAnExtensionError, NotHoursError
from nanhu.services.directory.models import Phone
from nanhu.services.directory.services.phone_lists import PhoneLine
from nanhu.services.directory.sheets import number, unit_meant, units_by_word

LONGEST_NAME: Final = 40
LONGEST_WORDS: Final = 80
LONGEST_EXTENSION: Final = 6


def hours(said: str) -> str:
    found = plain_spans(said)
    try:
        spans_of(found)
    except ValueError as error:
        raise NotHoursError from error
    return found


def extension(said: str) -> str:
    found = halfwidth(said).strip()
    if not (found.isascii() and found.isdigit() and len(found) <= LONGEST_EXTENSION):
        raise NotAnExtensionError
    return found


PHONES: Final = Sheet(
    Column("unit", "单位", also=("部门", "单位代码"), needed=True, width=24),
    Column("name", "办什么、哪个岗位", also=("岗位", "名称", "用途"), kind=phrase(LONGEST_NAME), needed=True, width=24),
    Column("number", "号码", also=("电话", "电话号码"), kind=number, needed=True, width=16),
    Column("extension", "分机", also=("分机号",), kind=extension, width=10),
    Column("hours", "工作日办公时间", also=("办公时间",), kind=hours, width=24),
    Column("other_hours", "节假日、周末", kind=hours, width=24),
    Column("keywords", "别的叫法", kind=phrase(LONGEST_WORDS), width=20),
    most=5_000,
    named_by=("unit", "name"),
)
OPTIONAL: Final = ("extension", "hours", "other_hours", "keywords")


def check_phones(lines: Sequence[Line]) -> Checked[PhoneLine]:
    units = units_by_word()
    guarded = set(Phone.objects.filter(removed_at=None, is_emergency=True).values_list("unit_id", "name"))
    faults, rows = [], []
    for line in lines:
        unit_id = unit_meant(units, line["unit"])
        found = [*line.faults(), *meaning_faults(line, unit_id, guarded)]
        faults += found
        if not found and unit_id is not None:
            rows.append(row_of(line, unit_id))
    return Checked([], faults) if faults else Checked(rows, [])


def meaning_faults(line: Line, unit_id: int | None, guarded: set[tuple[int, str]]) -> Iterator[Fault]:
    if unit_id is None:
        yield line.fault("unit", _("没有这个单位，或有几个同名的：请写单位代码"))
    elif (unit_id, " ".join(line["name"].split())) in guarded:
        yield line.fault("name", _("应急电话要两人改号，不能用清单改"))


def row_of(line: Line, unit_id: int) -> PhoneLine:
    said = {key: line.meant(key) if line[key] else "" for key in OPTIONAL}
    return PhoneLine(unit_id=unit_id, name=line.meant("name"), number=line.meant("number"), line=line.number, **said)
