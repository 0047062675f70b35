"""Lists from which a form offers: written in the body, or registered by a room because they change (places, terms). What a form need not
ask: it is filled in from the golden record, or from a shared table about persons (`hub:dorm.stay.place`)."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today
from nanhu.kernel.registry import Text
from nanhu.kernel.ui import dates
from nanhu.kernel.ui.words import term
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.flows.body import Field
from nanhu.platforms.people import api as people

type Choices = Iterable[tuple[str, Text]]
lists: dict[str, Callable[[], Choices]] = {}
"""By the name that a field's `choices_from` gives."""


def of(field: Field) -> list[tuple[str, Text]]:
    if field.choices_from:
        return list(lists[field.choices_from]())
    return [(one, term(one)) for one in field.choices]


type Tie = people.AffiliationCard | None
SOURCES: Final[Mapping[str, tuple[Text, Callable[[people.PersonCard, Tie], str]]]] = {
    "people.name": (_("人员主数据"), lambda card, _tie: card.name),
    "people.campus_no": (_("人员主数据"), lambda _card, tie: tie.campus_no if tie else ""),
    "people.unit": (_("人员主数据"), lambda _card, tie: tie.unit_path or tie.unit_name if tie else ""),
    "people.class": (_("人员主数据"), lambda _card, tie: tie.class_name if tie else ""),
    "people.phone": (_("人员主数据"), lambda card, _tie: card.phone_masked),
}
"""What the school knows: filled in and marked with its source, never typed."""


HUB: Final = "hub:"


GOLDEN: Final = "people.person"
"""By its own key, and yet one row a person."""


def hub_sources() -> dict[str, Text]:
    """Fields of shared tables that have one row a person, or one a number of his; none that is sensitive, or shown in part elsewhere."""
    return {
        f"{HUB}{table.key}.{field.name}": f"{term(table.name)}：{term(field.label)}"
        for table in datahub.shared_tables().values()
        if table.person and (table.keys == [table.person] or table.key == GOLDEN)
        for field in table.fields
        if not (field.sensitive or field.mask or field.name in {table.person, *table.keys})
    }


def source_names() -> dict[str, Text]:
    return {key: name for key, (name, _read) in SOURCES.items()} | hub_sources()


def known(fields: Iterable[Field], card: people.PersonCard | None, *, faces: Collection[str]) -> dict[str, str]:
    """What the school fills in, by field; nothing where a source is none any more. Each shared table is read once. Who has several
    ties asks by one of those for which it is: who works and studies here as a student for what is for students alone."""
    asked = [one for one in fields if one.source]
    if card is None:
        return {one.key: "" for one in asked}
    numbers = [one.campus_no for one in card.affiliations if one.is_live]
    met = card.leading_tie(people.kinds_showing(faces))
    tie = met if met and met.is_live else None
    wanted = {one.source for one in asked} & hub_sources().keys()
    rows = {table: rows_of(table, numbers) for table in {table_of(one) for one in wanted}}
    from_hub = {one: hub_value(one, rows[table_of(one)]) for one in wanted}
    return {
        one.key: SOURCES[one.source][1](card, tie) if one.source in SOURCES else from_hub.get(one.source, "")
        for one in asked
    }


def table_of(source: str) -> str:
    return source.removeprefix(HUB).rpartition(".")[0]


def rows_of(table: str, numbers: Sequence[str]) -> Sequence[Any]:
    """By any number of the person's."""
    return datahub.rows(table, {datahub.shared_tables()[table].person: numbers}) if numbers else ()


def hub_value(source: str, rows: Sequence[Any]) -> str:
    """What is in force today; of what is over, only that it is."""
    name, declared = source.rpartition(".")[2], datahub.shared_tables()[table_of(source)]
    in_force = [row for row in rows if not declared.is_over(row, campus_today())]
    rows = in_force or (rows if name in declared.over else ())
    names = datahub.codes_of(table_of(source), name) if rows else {}
    said = (getattr(row, name) for row in rows)
    return "、".join(dict.fromkeys(in_words(names.get(one, one)) for one in said if one is not None))


def in_words(value: object) -> str:
    match value:
        case bool():
            return str((_("否"), _("是"))[value])
        case datetime():
            return dates.second_words(value)
        case date():
            return dates.short_day(value, None)
        case _:
            return str(value)
