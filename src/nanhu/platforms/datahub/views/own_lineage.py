"""我的数据来历: of one's own values who said each; of each kind of list what it says of one; and who got it. In words, the newest first."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_time, campus_today
from nanhu.kernel.kit import Console, PageRequest
from nanhu.kernel.kit.pages import consoles
from nanhu.kernel.money import format_yuan
from nanhu.kernel.ui import dates, words
from nanhu.platforms.datahub.labels import FIELDS, field_label
from nanhu.platforms.datahub.models import DataSource, Delivery, LandingRow, SharedRow
from nanhu.platforms.datahub.shared.declarations import PERSON, Field, SharedTable, shared_tables
from nanhu.platforms.datahub.sources import SOURCES
from nanhu.platforms.datahub.views.lineage import (
    MOST,
    GoldenValue,
    deliveries,
    golden_values,
    landed_rows,
    living_rows,
    numbers_held,
    table_name,
)
from nanhu.platforms.datahub.views.shared import words_of
from nanhu.platforms.people import api as people

SHOWN: Final = 12
"""Lines of one fold."""
NUMBERS: Final = ("号", "代码", "代号", "条码")
"""How the labels of fields end that number a thing for a machine."""
CORRECTIONS: Final = "portal:corrections"


@dataclass(frozen=True, slots=True)
class Line:
    """What is said; and below it the rest, by whom and when."""

    what: str
    below: str = ""


@dataclass(frozen=True, slots=True)
class Fold:
    """The lines of one kind, the newest first; `rest`: how many older ones are not shown."""

    title: str
    note: str
    lines: list[Line]
    rest: int


@dataclass(frozen=True, slots=True)
class Card:
    """Values with their labels; `said`: by whom and when, where a line does not say it itself."""

    heading: str
    said: str
    lines: list[tuple[str, Line]]


@dataclass(frozen=True, slots=True)
class Part:
    heading: str
    icon: str
    text: str
    folds: list[Fold]


mine = Console(
    "datahub:mine",
    _("我的数据来历"),
    icon="waypoints",
    owner=_("信息中心"),
    description=_("我的每一项是哪个部门说的，学校把它给了谁"),
    allows=lambda viewer: viewer.person_id is not None,
    section="service",
    order=66,
)


@mine.page(
    "",
    title=_("我的数据来历"),
    lead=_("学校登记的您的每一项是哪个部门说的，各系统里有您的什么，给过哪些单位。"),
)
def my_lineage(request: PageRequest) -> HttpResponse:
    person_id = request.viewer.person_id or 0
    golden = next(iter(people.golden_persons([person_id])), None)
    numbers = numbers_held(golden)
    told = [key for key, table in shared_tables().items() if not table.derived]  # golden values stand above
    rows = list(living_rows(numbers).filter(table_key__in=told)[:MOST])
    given, spoke = list(deliveries(numbers)), list(landed_rows(person_id))
    values = golden_values(golden, is_own=True) if golden else []
    titles = source_titles(
        {one.source for one in values}
        | {one.batch.source if one.batch else "" for one in rows}
        | {one.batch.source for one in spoke}
    )
    facts = {
        "cards": list(cards_of(values, titles)),
        "parts": [
            Part(_now("各系统里的我"), "database", _now("敏感的项不在这里显示。"), system_folds(rows, titles)),
            Part(_now("给了谁"), "share-2", _now("学校按授权给出的，每天记一次。"), consumer_folds(given)),
            Part(_now("哪些名单提到我"), "file-text", _now("部门交来的和系统读入的。"), list_folds(spoke, titles)),
        ],
        "corrections": consoles[CORRECTIONS].address("mine") if CORRECTIONS in consoles else "",
    }
    return render(request, "datahub/my_lineage.html", facts)


def source_titles(keys: Collection[str]) -> dict[str, str]:
    """Office and list, of many sources at once; "" is the system in the box."""
    made = DataSource.objects.filter(key__in=keys).values_list("key", "office", "name")
    found = {key: f"{office} · {name}" for key, office, name in made}
    found |= {key: f"{SOURCES[key].office} · {SOURCES[key].title}" for key in keys if key in SOURCES}
    found[people.OVERRIDE] = _now("学校临时更正")
    return {key: found.get(key) or key or _now("本系统") for key in keys}


def cards_of(values: Iterable[GoldenValue], titles: Mapping[str, str]) -> Iterable[Card]:
    """The person's own values, then those of each of his ties to the school."""
    order = {name: place for place, name in enumerate(FIELDS)}
    held: dict[str, list[GoldenValue]] = {"": []}
    for one in sorted(values, key=lambda one: order.get(one.name, len(order))):
        if one.shown not in {"", "—"}:
            held.setdefault(one.campus_no, []).append(one)
    for campus_no, found in held.items():
        said = {one.name: joined(titles[one.source], day_of(one.at)) for one in found}
        usual = Counter(said.values()).most_common(1)[0][0] if found else ""
        yield Card(
            _now("身份 %s") % campus_no if campus_no else _now("我的资料"),
            usual,
            [
                (field_label(one.name), Line(one.shown, said[one.name] if said[one.name] != usual else ""))
                for one in found
            ],
        )


def joined(*parts: str) -> str:
    return " · ".join(filter(None, parts))


def day_of(said: object) -> str:
    """In words what stands there as a day or a moment."""
    try:
        said = datetime.fromisoformat(said) if isinstance(said, str) else said
        if isinstance(said, datetime):
            said = campus_time(said).date() if said.tzinfo else said.date()
    except (ValueError, OverflowError):
        return ""
    return dates.short_day(said, campus_today().year) if isinstance(said, date) else ""


def folds_of[One](
    rows: Iterable[One], kind: Callable[[One], str], line: Callable[[One], Line], at: Callable[[One], object]
) -> list[Fold]:
    """By kind, in the order in which they come."""
    kinds: dict[str, list[One]] = {}
    for one in rows:
        kinds.setdefault(kind(one), []).append(one)
    return [
        Fold(
            title,
            _now("%(count)d 条，最近 %(day)s") % {"count": len(found), "day": day_of(at(found[0]))},
            [line(one) for one in found[:SHOWN]],
            max(len(found) - SHOWN, 0),
        )
        for title, found in kinds.items()
    ]


def system_folds(rows: Iterable[SharedRow], titles: Mapping[str, str]) -> list[Fold]:
    def line(one: SharedRow) -> Line:
        what, rest = content_of(one, shared_tables()[one.table_key])
        return Line(what, joined(*rest, titles[one.batch.source if one.batch else ""], day_of(one.valid_from)))

    return folds_of(rows, lambda one: table_name(one.table_key), line, lambda one: one.valid_from)


def content_of(row: SharedRow, table: SharedTable) -> tuple[str, list[str]]:
    """What an open row says: its words, and then each value with its label."""
    said = [one for one in open_fields(table) if row.data.get(one.name) not in {None, ""}]
    texts = [one for one in said if one.type == "text" and not is_number(one, table)]
    head = texts or said[:1]
    what = joined(*(value_words(one, row.data[one.name], is_alone=one in texts) for one in head))
    return what or table_name(table.key), [
        value_words(one, row.data[one.name], is_alone=False) for one in said if one not in head
    ]


def open_fields(table: SharedTable) -> list[Field]:
    """Without whose it is; and without the numbers of things, unless nothing else says which thing it is."""
    own = [one for one in table.fields if not one.sensitive and one.name != PERSON]
    named = [one for one in own if not is_number(one, table)]
    return named if any(one.type == "text" for one in named) or len(named) == len(own) else own


def is_number(one: Field, table: SharedTable) -> bool:
    labels = {other.label for other in table.fields}
    return one.type == "text" and (one.label.endswith(NUMBERS) or f"{one.label}名称" in labels)


def value_words(one: Field, value: Any, *, is_alone: bool) -> str:
    shown = day_of(value) if one.type in {"date", "moment"} else words_of(value, one.values)
    if one.type == "integer" and one.unit:
        shown = format_yuan(int(value)) if one.unit == "分" else f"{shown} {words.term(one.unit)}"
    return shown if is_alone else f"{words.term(one.label)} {shown}"


def consumer_folds(given: Iterable[Delivery]) -> list[Fold]:
    def line(one: Delivery) -> Line:
        what = joined(table_name(one.grant.table_key), one.grant.purpose)
        return Line(what, joined(day_of(one.day), _now("%d 次") % one.times))

    return folds_of(given, lambda one: one.grant.vendor.company, line, lambda one: one.day)


def list_folds(rows: Iterable[LandingRow], titles: Mapping[str, str]) -> list[Fold]:
    def line(one: LandingRow) -> Line:
        place = joined(one.sheet, _now("第 {line} 行").format(line=one.line))
        return Line(day_of(one.created_at), joined(str(one.get_state_display()), place))

    return folds_of(rows, lambda one: titles[one.batch.source], line, lambda one: one.created_at)
