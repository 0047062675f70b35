"""Who sees which accounts and may do what with them. A list and a page ask the same questions."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.db.models import QuerySet

from nanhu.kernel.registry import Viewer
from nanhu.platforms.identity.models import Account, RoleGrant
from nanhu.platforms.identity.policies import ADMIN, AUDITOR, CLERK, SECURITY
from nanhu.platforms.identity.queries import administrative_keys
from nanhu.platforms.identity.services.roles import live
from nanhu.platforms.people import api as people

DESK: Final = (ADMIN, CLERK, SECURITY)
WATCHERS: Final = (SECURITY, AUDITOR)
TIED: Final = ("active", "suspended", "planned")


class Act(StrEnum):
    LOOK = "look"
    UNLOCK = "unlock"
    RESET = "reset"
    SIGN_OUT = "sign_out"
    SUSPEND = "suspend"
    RESUME = "resume"
    NEW_PASSWORD = "new_password"  # noqa: S105  the name of an act
    NOTE = "note"
    ROLES = "roles"
    FACTORS = "factors"


CLERKS_ACTS: Final = frozenset(
    {Act.UNLOCK, Act.RESET, Act.SIGN_OUT, Act.SUSPEND, Act.RESUME, Act.NEW_PASSWORD, Act.NOTE}
)
GUARDS_ACTS: Final = frozenset({Act.SIGN_OUT, Act.SUSPEND, Act.RESUME, Act.NOTE, Act.ROLES, Act.FACTORS})
"""Passwords and second factors are in two hands: nobody can take over an account alone."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who acts, by the roles held now: the page's viewer, or whoever confirmed a work that runs later."""

    account_id: int
    roles: frozenset[str]


def holder_of(viewer: Viewer) -> Holder:
    return Holder(viewer.account_id, viewer.roles)


def holder_now(account_id: int) -> Holder:
    """A closed account has no say, whatever roles it will have again."""
    open_ones = RoleGrant.objects.filter(live(), account_id=account_id, account__state=Account.State.ACTIVE)
    held = open_ones.values_list("role", flat=True)
    return Holder(account_id, frozenset(held))


@dataclass(frozen=True, slots=True)
class Scope:
    """Which accounts a viewer sees: `unit_ids` None means the whole campus."""

    unit_ids: frozenset[int] | None

    @property
    def is_empty(self) -> bool:
        return self.unit_ids is not None and not self.unit_ids


def scope_of(holder: Holder) -> Scope:
    if holder.roles & {ADMIN, SECURITY}:
        return Scope(None)
    if CLERK not in holder.roles:
        return Scope(frozenset())
    codes = RoleGrant.objects.filter(live(), account_id=holder.account_id, role=CLERK).values_list(
        "unit_code", flat=True
    )
    return Scope(people.unit_ids_below(list(codes)))


def visible_to(scope: Scope) -> QuerySet[Account]:
    accounts = Account.objects.all()
    if scope.unit_ids is None:
        return accounts
    tied = Account.objects.filter(
        person__affiliations__unit_id__in=scope.unit_ids, person__affiliations__state__in=TIED
    )
    return accounts.filter(pk__in=tied.values("pk"))


def acts_of(holder: Holder, account: Account, *, is_administrator: bool) -> frozenset[Act]:
    """What the holder may do with an account that he sees. Nobody acts on himself; a unit's clerk not on administrators."""
    if holder.account_id == account.pk:
        return frozenset({Act.LOOK})
    acts = {Act.LOOK}
    if SECURITY in holder.roles:
        acts |= GUARDS_ACTS
    if ADMIN in holder.roles or (CLERK in holder.roles and not is_administrator):
        acts |= CLERKS_ACTS
    return frozenset(acts)


def administrators_among(account_ids: Iterable[int]) -> frozenset[int]:
    held = RoleGrant.objects.filter(live(), account_id__in=list(account_ids), role__in=administrative_keys())
    return frozenset(held.values_list("account_id", flat=True))
