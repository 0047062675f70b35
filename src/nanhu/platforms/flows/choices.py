"""Lists from which a form offers: written in the body, or registered by a room because they change (places, terms)."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text
from nanhu.kernel.ui.words import term
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


def known(field: Field, card: people.PersonCard | None) -> str:
    return SOURCES[field.source][1](card) if card and field.source in SOURCES else ""
