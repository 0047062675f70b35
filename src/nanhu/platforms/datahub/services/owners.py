"""Whose a source is (负责部门), and who speaks for it at red: who leads the unit, and who handed the file in and is of the unit.

The unit is the one that a steward named, else the one that bears the name of the source's office. It is written into a batch as that comes
to wait, so that it stays the same unit under another name; a steward who names another moves what waits along, and what was said is void."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor, account_of
from nanhu.kernel.clock import now
from nanhu.kernel.proposals import given
from nanhu.platforms.datahub.known_sources import every_source, named_source
from nanhu.platforms.datahub.models import Batch, Release, SourceOwner
from nanhu.platforms.datahub.sources import SourceSpec
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people

STEWARD: Final = "datahub.steward"
POSTS: Final = frozenset({"head", "deputy", "secretary"})
Vacancy = Release.Vacancy


@dataclass(frozen=True, slots=True)
class Owner:
    """`name`: the unit's, or what the source says where there is no such unit; `speakers`: names of who may speak, `accounts`: theirs;
    `vacancy`: why nobody may."""

    unit_id: int | None
    name: str
    vacancy: str = ""
    speakers: tuple[str, ...] = ()
    accounts: frozenset[int] = frozenset()

    @property
    def who(self) -> str:
        return "、".join(self.speakers)

    @property
    def why_nobody(self) -> str:
        return str(Vacancy(self.vacancy).label) if self.vacancy else ""


def owner_of(batch: Batch) -> Owner:
    """Of what waits, as posts and accounts are now."""
    unit = batch.owner_unit
    if unit is None or not unit.is_active:
        name = unit.name if unit else office_of(batch.source)
        return Owner(unit.pk if unit else None, name, Vacancy.NO_UNIT)
    persons = {*people.leaders_of([unit.pk], POSTS), *who_handed_in(batch, unit.pk)}
    active = [one for one in identity.accounts_of(persons) if one.state == identity.Account.State.ACTIVE]
    if not active:
        return Owner(unit.pk, unit.name, Vacancy.NO_ACCOUNT if persons else Vacancy.NOBODY)
    cards = people.person_cards([one.person_id for one in active])
    names = tuple(cards[one.person_id].name for one in active if one.person_id in cards)
    return Owner(unit.pk, unit.name, "", names, frozenset(one.pk for one in active))


def who_handed_in(batch: Batch, unit_id: int) -> Iterable[int]:
    """His person, where he is of the unit and hands files in today as well."""
    if batch.account_id is None:
        return []
    stewards = [one.person_id for one in identity.holders_of(STEWARD) if one.pk == batch.account_id]
    return [person_id for person_id in stewards if person_id and unit_id in people.unit_ids_of(person_id)]


def unit_of(source: str) -> int | None:
    named = SourceOwner.objects.filter(source=source).values_list("unit_id", flat=True).first()
    return named or Names().unit_called(office_of(source))


def office_of(source: str) -> str:
    spec = named_source(source)
    return office_in(spec) if spec else source


@override(settings.LANGUAGE_CODE)
def office_in(spec: SourceSpec) -> str:
    """In the language of the list of units."""
    return str(spec.office) or "—"


class Names:
    """Open units by what they are called: name, short name, former names. Two of one name are nobody's. `shown`: their names by id."""

    def __init__(self) -> None:
        units = people.unit_names()
        ids = people.unit_ids_by_code([code for code, _name, _short in units])
        self.shown = {ids[code]: name for code, name, _short in units}
        now_called = [(ids[code], name) for code, name, _short in units]
        in_short = [(ids[code], short) for code, _name, short in units]
        formerly = [(ids[code], name) for code, name in people.former_unit_names() if code in ids]
        self.known = [by_name(one) for one in (now_called, in_short, formerly)]

    def unit_called(self, office: str) -> int | None:
        found = next((names[office] for names in self.known if office in names), set[int]())
        return next(iter(found)) if len(found) == 1 else None


def units_called(offices: Collection[str]) -> dict[str, int]:
    """Of these offices those whose name one open unit alone bears, with its id (`Names`)."""
    names = Names()
    found = {office: names.unit_called(office) for office in offices}
    return {office: unit_id for office, unit_id in found.items() if unit_id is not None}


def by_name(called: Iterable[tuple[int, str]]) -> Mapping[str, set[int]]:
    found: dict[str, set[int]] = {}
    for unit_id, name in called:
        found.setdefault(name, set()).add(unit_id)
    found.pop("", None)
    return found


@dataclass(frozen=True, slots=True)
class Line:
    """Of the list of all sources."""

    spec: SourceSpec
    unit: str
    speakers: str
    reason: str
    changed_by_name: str


def lines() -> list[Line]:
    """Who could speak for each source today, but for who will hand a file in."""
    names, specs = Names(), every_source()
    named = {one.source: one for one in SourceOwner.objects.select_related("unit")}
    units = {
        spec.key: named[spec.key].unit_id if spec.key in named else names.unit_called(office_in(spec)) for spec in specs
    }
    held = people.post_holders({one for one in units.values() if one is not None})
    persons = {person: name for (_unit, office), some in held.items() if office in POSTS for person, name in some}
    active = {one.person_id for one in identity.accounts_of(persons) if one.state == identity.Account.State.ACTIVE}
    speak: dict[int, list[str]] = {}
    for (unit_id, office), some in held.items():
        if office in POSTS:
            speak.setdefault(unit_id, []).extend(name for person, name in some if person in active)
    return [
        Line(
            spec,
            names.shown.get(units[spec.key] or 0, ""),
            "、".join(dict.fromkeys(speak.get(units[spec.key] or 0, ()))),
            named[spec.key].reason if spec.key in named else "",
            named[spec.key].changed_by_name if spec.key in named else "",
        )
        for spec in specs
    ]


@transaction.atomic
def set_owner(*, by: Actor, source: str, unit_id: int, reason: str) -> bool:
    """False where it is that unit's already. What waits needs the new one's word: what the old one said is void."""
    waiting = lock_waiting(source)
    if unit_of(source) == unit_id and all(one.owner_unit_id == unit_id for one in waiting):
        return False
    name_owner(by=by, source=source, unit_id=unit_id, reason=given(reason), waiting=waiting)
    return True


def office_renamed(*, by: Actor, source: str, before: int | None) -> None:
    """A steward calls the office of a source otherwise: where that names another unit, he named it; where it names none, it stays the
    unit that it was (`before`)."""
    unit_id = Names().unit_called(office_of(source)) or before
    if unit_id is not None and (unit_id != before or unit_of(source) != before):
        waiting = lock_waiting(source)
        name_owner(by=by, source=source, unit_id=unit_id, reason=office_of(source), waiting=waiting)


def lock_waiting(source: str) -> list[Batch]:
    return list(Batch.objects.select_for_update().filter(source=source, state=Batch.State.WAITING).order_by("id"))


def name_owner(*, by: Actor, source: str, unit_id: int, reason: str, waiting: Iterable[Batch]) -> None:
    said = {"unit_id": unit_id, "reason": reason, "changed_at": now()}
    said |= {"changed_by_id": account_of(by), "changed_by_name": by.name}
    owner, _is_new = SourceOwner.objects.update_or_create(source=source, defaults=said)
    for batch in waiting:
        if batch.owner_unit_id != unit_id:
            batch.owner_unit_id = unit_id
            batch.save(update_fields=["owner_unit"])
            void_words(batch, _("负责部门改了，原来的确认不算数"))
    facts = {"unit": owner.unit.name}
    audit.record(by=by, action="datahub.set_owner", target=f"source:{source}", reason=reason, facts=facts)


def void_words(batch: Batch, answer: str) -> None:
    """What was said for a locked batch and is not decided, counts no more."""
    for word in Release.objects.select_for_update().filter(batch=batch, state=Release.State.ASKED):
        word.state, word.answer, word.decided_at = Release.State.TAKEN_BACK, answer, now()
        word.save()
