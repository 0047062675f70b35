"""Whose a source is (负责部门), and who speaks for it at red: who leads the unit, who stands in for him by his delegation (代理), and who
handed the file in and is of the unit.

The unit is the one that was named, else the one that bears the name of the source's office. It is written into a batch as that comes to
wait, and stays there: under another name of the unit, and where another owner is named meanwhile (`owner_changes`)."""

from collections.abc import Callable, Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, Final

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import override

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.database.prepared import Given
from nanhu.kernel.registry import Viewer
from nanhu.platforms.datahub.known_sources import every_source, named_source
from nanhu.platforms.datahub.models import Batch, Release, SourceOwner
from nanhu.platforms.datahub.sources import SourceSpec
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people

STEWARD: Final = "datahub.steward"
POSTS: Final = frozenset({"head", "deputy", "secretary"})
ACTIVE: Final = identity.Account.State.ACTIVE
Vacancy = Release.Vacancy


@dataclass(frozen=True, slots=True)
class StandIns:
    """What a room that keeps delegations says of those for all that somebody decides. `rows`: of today, each with `owner_id`, in whose place
    `delegate_id` acts; `of`: in whose place a reader does, read once a request."""

    rows: Callable[[], QuerySet[Any]]
    of: Callable[[Viewer], Collection[int]]


stand_ins: list[StandIns] = []


@dataclass(frozen=True, slots=True)
class Owner:
    """`name`: the unit's, or what the source says where there is no such unit; `speakers`: names of who may speak, `accounts`: theirs;
    `vacancy`: why nobody may. `in_place`: by account of a delegate, who is none of them himself, those in whose place he is, with their names."""

    unit_id: int | None
    name: str
    vacancy: str = ""
    speakers: tuple[str, ...] = ()
    accounts: frozenset[int] = frozenset()
    in_place: Mapping[int, Mapping[int, str]] = field(default_factory=dict)

    @property
    def who(self) -> str:
        return "、".join(self.speakers)

    @property
    def why_nobody(self) -> str:
        return str(Vacancy(self.vacancy).label) if self.vacancy else ""

    def for_whom(self, account_id: int | None) -> tuple[int | None, str]:
        """Account and name of him in whose place a delegate speaks: of several the first."""
        return min(self.in_place.get(account_id or 0, {}).items(), default=(None, ""))

    def besides(self, account_ids: AbstractSet[int]) -> frozenset[int]:
        """Who may speak, and is neither one of these nor in their places alone."""
        return frozenset(
            one
            for one in self.accounts - account_ids
            if one not in self.in_place or self.in_place[one].keys() - account_ids
        )


def owner_of(batch: Batch) -> Owner:
    """Of what waits, as posts and accounts are now."""
    unit = batch.owner_unit
    if unit is None or not unit.is_active:
        name = unit.name if unit else office_of(batch.source)
        return Owner(unit.pk if unit else None, name, Vacancy.NO_UNIT)
    return speaking_for(unit, who_handed_in(batch, unit.pk))


def speaking_for(unit: Any, handed_in: Iterable[int] = ()) -> Owner:
    """Of an office (an OrgUnit); `handed_in`: persons who speak for it beside its leaders."""
    if not unit.is_active:
        return Owner(unit.pk, unit.name, Vacancy.NO_UNIT)
    leaders = set(people.leaders_of([unit.pk], POSTS))
    accounts = active_accounts({*leaders, *handed_in})
    if not accounts:
        return Owner(unit.pk, unit.name, Vacancy.NO_ACCOUNT if leaders or [*handed_in] else Vacancy.NOBODY)
    given_by = stood_in_by(leaders & accounts.keys())
    standing_in = {person: account for person, account in active_accounts(given_by).items() if person not in accounts}
    cards = people.person_cards([*accounts, *standing_in])
    standing_in = {person: account for person, account in standing_in.items() if is_staff(cards.get(person))}
    in_place = {
        account: {accounts[one]: cards[one].name for one in given_by[person]} for person, account in standing_in.items()
    }
    names = [cards[one].name for one in accounts if one in cards]
    names += [
        _("%(name)s（代%(owner)s）") % {"name": cards[person].name, "owner": "、".join(in_place[account].values())}
        for person, account in standing_in.items()
    ]
    everybody = frozenset({*accounts.values(), *standing_in.values()})
    return Owner(unit.pk, unit.name, "", tuple(names), everybody, in_place)


def active_accounts(person_ids: Iterable[int]) -> dict[int, int]:
    """Account by person, of those who can sign in."""
    return {one.person_id: one.pk for one in identity.accounts_of(person_ids) if one.state == ACTIVE}


def stood_in_by(person_ids: Collection[int]) -> dict[int, list[int]]:
    """By who stands in today, for whom of these."""
    found: dict[int, list[int]] = {}
    for kept in stand_ins if person_ids else ():
        rows = kept.rows().filter(owner_id__in=person_ids).order_by("pk")
        for owner_id, delegate_id in rows.values_list("owner_id", "delegate_id"):
            found.setdefault(delegate_id, []).append(owner_id)
    return found


def is_staff(card: people.PersonCard | None) -> bool:
    """Who has left stands in for nobody."""
    return card is not None and any(tie.is_live and tie.kind == "staff" for tie in card.affiliations)


def is_spoken_for_by(person: int | Given | Subquery, column: str = "owner_unit", *, besides: str = "") -> Q:
    """Of rows that name a unit: whether this person leads it today, or stands in for who does. For lists that are counted. `besides`: path of
    the person whose stand-in does not speak there, since he asked himself."""
    found = Q(**{f"{column}__in": people.units_led_by(person, POSTS)})
    able = identity.Account.objects.filter(person_id=OuterRef("person_id"), state=ACTIVE)
    for kept in stand_ins:
        given_by = kept.rows().filter(delegate_id=person)
        if besides:
            given_by = given_by.exclude(owner_id=OuterRef(OuterRef(besides)))
        theirs = people.leading(POSTS).filter(Exists(able), person__in=given_by.values("owner_id"))
        found |= Q(**{f"{column}__in": theirs.values("unit_id")})
    return found


def units_spoken_for(viewer: Viewer) -> list[int]:
    """Of which this reader, or who gave his work to him, is a leader; read once a request."""

    def read() -> list[int]:
        mine = [one.unit_id for one in people.own_posts(viewer) if one.office in POSTS]
        owners = [one for kept in stand_ins for one in kept.of(viewer)]
        able = active_accounts(owners) if owners else {}
        return [*mine, *(one.unit_id for person in able for one in people.posts_of(person) if one.office in POSTS)]

    return viewer.once("datahub.units_spoken_for", read)


def still_speaks() -> Q:
    """Of words of an office (`Release` without `vacancy`): whether who said it, and in whose place, can speak for it still, as `owner_of` says
    it. That who handed a file in moved to another unit since, it does not see."""
    leads = people.leading(POSTS).filter(unit_id=OuterRef("unit_id"))
    leads_it = Exists(leads.filter(person_id=OuterRef("author__person_id")))
    is_steward = Exists(identity.holding(STEWARD).filter(pk=OuterRef("author_id")))
    found = Q(in_place_of=None) & (Q(leads_it) | Q(is_steward, author_id=F("batch__account_id")))
    for kept in stand_ins:
        of_him = OuterRef("in_place_of__person_id")
        stands = kept.rows().filter(owner_id=of_him, delegate_id=OuterRef("author__person_id"))
        found |= Q(Exists(stands), Exists(leads.filter(person_id=of_him)), ~leads_it, in_place_of__state=ACTIVE)
    return Q(author__state=ACTIVE) & found


def who_handed_in(batch: Batch, unit_id: int) -> Iterable[int]:
    """His person, where he is of the unit and hands files in today as well."""
    if batch.account_id is None:
        return []
    stewards = [one.person_id for one in identity.holders_of(STEWARD) if one.pk == batch.account_id]
    return [person_id for person_id in stewards if person_id and unit_id in people.unit_ids_of(person_id)]


def unit_of(source: str) -> int | None:
    named = SourceOwner.objects.filter(source=source).values_list("unit_id", flat=True).first()
    return named or Names().unit_called(office_of(source))


def units_of(specs: Iterable[SourceSpec]) -> set[int]:
    """Whose these sources are, as far as that is known; some few queries, however many."""
    named = dict(SourceOwner.objects.values_list("source", "unit_id"))
    names = Names()
    found = {named.get(one.key) or names.unit_called(office_in(one)) for one in specs}
    return {one for one in found if one is not None}


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
    agreed_by_name: str


def lines() -> list[Line]:
    """Who could speak for each source today, but for who will hand a file in, and who stands in for one of them."""
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
            named[spec.key].agreed_by_name if spec.key in named else "",
        )
        for spec in specs
    ]


def in_place_facts(office: Owner, by: Actor) -> dict[str, object]:
    _account, name = office.for_whom(by.account_id)
    return {"in_place_of": name} if name else {}


def void_words(batch: Batch, answer: str) -> None:
    """What was said for a locked batch and is not decided, counts no more."""
    for word in Release.objects.select_for_update().filter(batch=batch, state=Release.State.ASKED):
        word.state, word.answer, word.decided_at = Release.State.TAKEN_BACK, answer, now()
        word.save()
