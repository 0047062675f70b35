"""Finding accounts, and what one account's page shows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from nanhu.kernel.clock import now
from nanhu.platforms.identity.administration.models import AccountNote
from nanhu.platforms.identity.administration.policies import Scope, visible_to
from nanhu.platforms.identity.models import Account, RoleGrant, SignInEvent, SsoSession, Suspension
from nanhu.platforms.identity.queries import administrative_keys
from nanhu.platforms.identity.services.roles import left_to
from nanhu.platforms.identity.services.sign_in_log import name_key
from nanhu.platforms.people import api as people

SHOWN = 50
EVENTS_SHOWN = 15
SESSIONS_SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    account: Account
    person: people.PersonCard

    @property
    def public_id(self) -> UUID:
        return self.account.public_id

    @property
    def tie(self) -> people.AffiliationCard | None:
        return self.person.leading_tie()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    rows: Sequence[Row]
    is_cut: bool


def find_accounts(text: str, *, scope: Scope, limit: int = SHOWN) -> Hits:
    """Four queries: who fits, in which order, their cards and their accounts."""
    found = people.find_persons(text, limit=limit, unit_ids=scope.unit_ids)
    return Hits(rows=rows_of(found.ids), is_cut=found.is_cut)


def rows_of(person_ids: Sequence[int]) -> list[Row]:
    cards = people.person_cards(person_ids)
    accounts = {one.person_id: one for one in Account.objects.filter(person_id__in=list(person_ids))}
    return [Row(account=accounts[i], person=cards[i]) for i in person_ids if i in accounts and i in cards]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """The accounts of a unit and below, of a kind, a year of entry, a state. Empty means any."""

    unit_code: str = ""
    kind: str = ""
    grade: str = ""
    state: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.unit_code or self.kind or self.grade or self.state)


def filtered(wanted: Filter, *, scope: Scope) -> QuerySet[Account]:
    """`grade` is the year in which a student's tie began."""
    tied = Q()
    if wanted.unit_code:
        tied &= Q(person__affiliations__unit_id__in=people.unit_ids_below([wanted.unit_code]))
    if wanted.kind:
        tied &= Q(person__affiliations__kind=wanted.kind)
    if wanted.grade.isdecimal():
        tied &= Q(person__affiliations__starts_on__year=int(wanted.grade[:4]))
    accounts = visible_to(scope)
    if tied:
        living = Q(person__affiliations__state__in=["active", "suspended", "planned"])
        accounts = accounts.filter(pk__in=Account.objects.filter(tied & living).values("pk"))
    return accounts.filter(state=wanted.state) if wanted.state else accounts


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFacts:
    account: Account
    person: people.PersonCard
    grants: Sequence[RoleGrant]
    left: Sequence[RoleGrant]
    sessions: Sequence[SsoSession]
    events: Sequence[SignInEvent]
    suspension: Suspension | None
    notes: Sequence[AccountNote]

    @property
    def is_administrator(self) -> bool:
        moment, keys = now(), administrative_keys()
        return any(one.role in keys and (one.ends_at is None or one.ends_at > moment) for one in self.grants)


def facts_of(account: Account) -> AccountFacts:
    """Everything of one account: two queries for the person, one for each list."""
    person = people.person_cards([account.person_id])[account.person_id]
    grants, left = list(grants_of(account)), left_to(account)
    name_units([*grants, *left])
    return AccountFacts(
        account=account,
        person=person,
        grants=grants,
        left=left,
        events=history_of(account, person),
        sessions=list(
            SsoSession.objects.filter(account=account, ended_at=None).order_by("-last_seen_at")[:SESSIONS_SHOWN]
        ),
        suspension=Suspension.objects.filter(account=account, lifted_at=None).first(),
        notes=list(AccountNote.objects.filter(account=account)[:SESSIONS_SHOWN]),
    )


def name_units(grants: Iterable[RoleGrant]) -> None:
    """Of those that are of one: its name, of a closed one its code."""
    of_units = [one for one in grants if one.unit_code]
    names = {code: name for code, name, _short in people.unit_names()} if of_units else {}
    for one in of_units:
        one.unit_name = names.get(one.unit_code, one.unit_code)


def grants_of(account: Account) -> QuerySet[RoleGrant]:
    return RoleGrant.objects.filter(account=account, revoked_at=None).order_by("role", "unit_code")


def history_of(account: Account, person: people.PersonCard) -> list[SignInEvent]:
    """What the account did, and who was refused under its numbers."""
    keys = [name_key(tie.campus_no.upper()) for tie in person.affiliations]
    own = SignInEvent.objects.filter(account_id=account.pk).order_by("-at", "-id")[:EVENTS_SHOWN]
    refused = SignInEvent.objects.filter(name_key__in=keys, account_id=None).order_by("-at", "-id")[:EVENTS_SHOWN]
    return sorted([*own, *refused], key=lambda one: (one.at, one.pk), reverse=True)[:EVENTS_SHOWN]
