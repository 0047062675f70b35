"""What the portal shows of a person: the top lines of 个人信息, each with the office it comes from."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nanhu.kernel.clock import campus_today
from nanhu.kernel.crypto import register_blind_index
from nanhu.kernel.database.prepared import AnyOf, Given, Prepared
from nanhu.kernel.kit.people import PersonLine, named_by
from nanhu.kernel.registry import Fact, PersonalData, PersonalFacts, Viewer, personal_data, personal_facts
from nanhu.kernel.remembered import Remembered
from nanhu.kernel.ui import dates
from nanhu.kernel.ui.words import term
from nanhu.platforms.people import checks  # noqa: F401  (registering is its effect)
from nanhu.platforms.people.models import Affiliation, ChangeSet
from nanhu.platforms.people.personal_data import affiliation_records, own_value_records, person_records
from nanhu.platforms.people.queries import AffiliationCard, PersonCard, person_card, person_cards
from nanhu.platforms.people.rules import normalise_document, normalise_phone
from nanhu.platforms.people.services.plan import is_overridden


def load_facts(viewer: Viewer) -> list[Fact]:
    if viewer.person_id is None:
        return []
    card = viewer.record if isinstance(viewer.record, PersonCard) else person_card(viewer.person_id)
    if card is None:
        return []
    titles = titles_of([card.provenance, *(a.provenance for a in card.affiliations)])
    facts = [
        Fact(label=_("照片"), value=card.photo_url, source=_("校园卡管理办公室"), kind="photo", key="people.photo"),
        Fact(label=_("头像"), value=card.portrait_url, source=_("自己定的"), kind="portrait"),
        Fact(label=_("姓名"), value=card.name, source=source_of(card.provenance, "name", titles), key="people.name"),
    ]
    for affiliation in living_or_last(card):
        facts += facts_of(affiliation, titles)
    return facts


def living_or_last(card: PersonCard) -> Sequence[AffiliationCard]:
    """Several identities of one person all count, also one that is to begin; who has none left sees the last one."""
    living = [a for a in card.affiliations if a.state != Affiliation.State.ENDED]
    return living or card.affiliations[:1]


def facts_of(a: AffiliationCard, titles: dict[int, str]) -> list[Fact]:
    number = {"student": _("学号"), "staff": _("工号"), "temporary": _("证号"), "guest": _("来宾号")}[a.kind]
    said = (a.category_name, a.office_status or Affiliation.State(a.state).label)
    status = " · ".join(term(one) for one in said if one)
    return [
        Fact(
            label=number,
            value=a.campus_no,
            source=source_of(a.provenance, "starts_on", titles),
            key=f"people.campus_no:{a.campus_no}",
        ),
        Fact(
            label=_("单位"),
            value=term(a.unit_path or a.unit_name) or _("未登记"),
            source=source_of(a.provenance, "unit_id", titles),
            key=f"people.unit:{a.campus_no}",
        ),
        Fact(
            label=_("状态"),
            value=status,
            source=source_of(a.provenance, "state", titles),
            key=f"people.status:{a.campus_no}",
        ),
    ]


def titles_of(provenances: list[Mapping[str, Any]]) -> dict[int, str]:
    sets = {held["set"] for provenance in provenances for held in provenance.values() if held}
    known = TITLES()
    if unread := sets - known.keys():
        known |= {one.pk: one.source_title for one in CHANGE_SETS(sets=list(unread))}
    return known


TITLES: Remembered[dict[int, str]] = Remembered(dict, seconds=600)
"""Titles of change sets by their ids, as far as this process has read them: they never change."""
CHANGE_SETS = Prepared(lambda: ChangeSet.objects.filter(AnyOf(F("id"), Given("sets"))).only("source_title"))


def source_of(provenance: Mapping[str, Any], name: str, titles: dict[int, str]) -> str:
    held = provenance.get(name)
    if is_overridden(held):
        until = dates.short_day(date.fromisoformat(held["until"]), campus_today().year)
        return _("学校临时更正，到 {day} 为止；来源还没改").format(day=until)
    return titles.get(held["set"], "") if held else ""


personal_data.add(
    PersonalData(key="people.person", title=gettext_lazy("个人信息"), load=person_records, order=10),
    PersonalData(key="people.affiliations", title=gettext_lazy("在校身份"), load=affiliation_records, order=11),
    PersonalData(key="people.own_values", title=gettext_lazy("自己定的拼音和头像"), load=own_value_records, order=12),
)
personal_facts.add(PersonalFacts(key="people.person", load=load_facts, order=10))
register_blind_index(
    model="people.Person",
    encrypted="id_number",
    index="id_number_index",
    purpose="people.id_number",
    normalise=normalise_document,
)
register_blind_index(
    model="people.Person", encrypted="phone", index="phone_index", purpose="people.phone", normalise=normalise_phone
)


def person_lines(ids: Iterable[int]) -> dict[int, PersonLine]:
    """For the tables of every console."""
    found = {key: (card.name, card.leading_tie()) for key, card in person_cards(ids).items()}
    return {
        key: PersonLine(name, one.campus_no, one.category_name) if one else PersonLine(name, "")
        for key, (name, one) in found.items()
    }


named_by(person_lines)
