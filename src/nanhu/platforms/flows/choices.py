"""Lists from which a form offers: written in the body, or registered by a room because they change (places, terms). What a form need not
ask: it is filled in from the golden record, or from a shared table about persons (`hub:dorm.stay.place`)."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text
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


def tie(card: people.PersonCard) -> people.AffiliationCard | None:
    return next((one for one in card.affiliations if one.is_live), None)


SOURCES: Final[Mapping[str, tuple[Text, Callable[[people.PersonCard], str]]]] = {
    "people.name": (_("人员主数据"), lambda card: card.name),
    "people.campus_no": (_("人员主数据"), lambda card: one.campus_no if (one := tie(card)) else ""),
    "people.unit": (_("人员主数据"), lambda card: one.unit_path or one.unit_name if (one := tie(card)) else ""),
    "people.class": (_("人员主数据"), lambda card: one.class_name if (one := tie(card)) else ""),
    "people.phone": (_("人员主数据"), lambda card: card.phone_masked),
}
"""What the school knows: filled in and marked with its source, never typed."""


HUB: Final = "hub:"


def hub_sources() -> dict[str, Text]:
    """Fields of shared tables that have one row a person; none that is sensitive, or shown in part elsewhere."""
    return {
        f"{HUB}{table.key}.{field.name}": f"{term(table.name)}：{term(field.label)}"
        for table in datahub.shared_tables().values()
        if table.person and len(table.keys) == 1
        for field in table.fields
        if not (field.sensitive or field.mask or field.name in {table.person, *table.keys})
    }


def source_name(source: str) -> Text:
    return SOURCES[source][0] if source in SOURCES else hub_sources().get(source, "")


def known(field: Field, card: people.PersonCard | None) -> str:
    if card is None:
        return ""
    return SOURCES[field.source][1](card) if field.source in SOURCES else hub_value(field.source, card)


def hub_value(source: str, card: people.PersonCard) -> str:
    """By any number of the person's, in words; nothing where a field is no source any more."""
    if source not in hub_sources():
        return ""
    table, _dot, name = source.removeprefix(HUB).rpartition(".")
    numbers = [one.campus_no for one in card.affiliations if one.is_live]
    rows = datahub.rows(table, {datahub.shared_tables()[table].person: numbers}) if numbers else []
    names = datahub.codes_of(table, name)
    said = (getattr(row, name) for row in rows)
    return "、".join(dict.fromkeys(in_words(names.get(one, one)) for one in said if one is not None))


def in_words(value: object) -> str:
    return str((_("否"), _("是"))[value]) if isinstance(value, bool) else str(value)
