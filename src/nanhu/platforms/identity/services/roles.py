"""Roles (角色) of accounts: granted and revoked, never overwritten.

三员分立: an account has administrative roles of one duty only (run, guard, audit). 钱账分管: nobody who takes cash or registers
merchants keeps the books. The database holds both by exclusion constraints, so that two grants at the same moment cannot both stand.
"""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit, registry
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.errors import NotFoundError
from nanhu.platforms.identity.errors import (
    MoneyDutiesExcludeError,
    OwnRoleError,
    RoleEndsInThePastError,
    RoleHasNoUnitError,
    RoleNeedsUnitError,
    RolesExcludeError,
    UnknownRoleError,
)
from nanhu.platforms.identity.models import Account, RoleGrant
from nanhu.platforms.identity.queries import administrative_keys
from nanhu.platforms.people import api as people

UNIT_ROLES = frozenset({"identity.clerk"})
ONE_DUTY = "identity_grant_one_duty"
ONE_MONEY_DUTY = "identity_grant_one_money_duty"
MOST_MERGES = 3
"""Of a record into another, and of that one in its turn."""
CARRIED, LEFT = "合并前的账号已有", "合并后不再需要"
"""Why a role of a merged record was granted anew or taken back: marks of ours in the record, as 合并 is of a suspension."""


def live(moment: Any = None) -> Q:
    """Grants that count now, or at a moment of the database's own (`Now()`, for what is prepared once): the job that revokes what has ended
    may be late."""
    return Q(revoked_at=None) & (Q(ends_at=None) | Q(ends_at__gt=moment or now()))


def administrative_grants() -> QuerySet[RoleGrant]:
    return RoleGrant.objects.filter(live(), role__in=administrative_keys())


def holders_of(role: str) -> list[Account]:
    """Who holds it now, for a message to all of them."""
    return list(Account.objects.filter(role_grants__in=RoleGrant.objects.filter(live(), role=role)).distinct())


def holding(role: str) -> QuerySet[Account]:
    """Who holds it at the moment that the database has, to be compared with rows of a room's own."""
    grants = RoleGrant.objects.filter(live(Now()), role=role)
    return Account.objects.filter(pk__in=grants.values("account_id"))


def grant(
    *, by: Actor, account_id: int, role: str, unit_code: str = "", reason: str = "", ends_at: datetime | None = None
) -> bool:
    """Granting twice is harmless (False). Nobody grants to himself; the first of each kind comes from the console."""
    check_grant(by=by, account_id=account_id, role=role, unit_code=unit_code, ends_at=ends_at)
    try:
        with transaction.atomic():
            write_down_ended(by, RoleGrant.objects.select_for_update().filter(account_id=account_id))
            _row, is_new = RoleGrant.objects.get_or_create(
                account_id=account_id,
                role=role,
                unit_code=unit_code,
                revoked_at=None,
                defaults={"granted_by": by.name, "reason": reason, "ends_at": ends_at},
            )
            if is_new:
                note(by, "identity.grant_role", account_id, role, unit_code, reason=reason, ends_at=ends_at)
    except IntegrityError as error:
        if ONE_DUTY in str(error):
            raise RolesExcludeError(role=role) from error
        if ONE_MONEY_DUTY in str(error):
            raise MoneyDutiesExcludeError from error
        raise
    return is_new


def check_grant(*, by: Actor, account_id: int, role: str, unit_code: str, ends_at: datetime | None) -> None:
    known = registry.roles.get(role)
    if known is None:
        raise UnknownRoleError(role=role)
    if by.account_id is not None and by.account_id == account_id:
        raise OwnRoleError
    if ends_at is not None and ends_at <= now():
        raise RoleEndsInThePastError
    if role in UNIT_ROLES and unit_code not in people.unit_ids_by_code([unit_code]):
        raise RoleNeedsUnitError
    if unit_code and known.is_administrative and role not in UNIT_ROLES:
        raise RoleHasNoUnitError


@transaction.atomic
def revoke(*, by: Actor, account_id: int, role: str, unit_code: str = "", reason: str = "") -> bool:
    standing = RoleGrant.objects.filter(account_id=account_id, role=role, unit_code=unit_code, revoked_at=None)
    if not standing.update(revoked_at=now()):
        return False
    note(by, "identity.revoke_role", account_id, role, unit_code, reason=reason)
    return True


def of_merged(moment: Any = None) -> QuerySet[RoleGrant]:
    """Of accounts whose record was merged into another: what they might do."""
    gone = RoleGrant.objects.filter(live(moment), account__state=Account.State.ENDED)
    return gone.filter(account__person__merged_into__isnull=False)


def left_behind(moment: Any = None) -> QuerySet[RoleGrant]:
    """Of these, what no account of the records above it may: of one that was merged in its turn it is among what that left.

    Nothing of it goes over by itself. Whoever merges records grants nobody a right, and a merge can be a mistake; parted, the account has them again.
    """
    same = RoleGrant.objects.filter(live(moment), role=OuterRef("role"), unit_code=OuterRef("unit_code"))
    above = ["account__person" + "__merged_into" * steps for steps in range(1, MOST_MERGES + 1)]
    return of_merged(moment).filter(*[~Exists(same.filter(account__person=OuterRef(one))) for one in above])


def left_grants(account: Account) -> list[RoleGrant]:
    """Those of all records that were merged into this account's, the newest first."""
    found = list(of_merged().select_related("account").order_by("-pk"))
    heirs = people.heirs({one.account.person_id for one in found}) if found else {}
    return [one for one in found if heirs.get(one.account.person_id) == account.person_id]


def left_to(account: Account, *, giver: Account | None = None) -> list[RoleGrant]:
    """Each role of theirs once that this account has not; of one of them alone, where it is named."""
    theirs = [one for one in reversed(left_grants(account)) if giver is None or one.account_id == giver.pk]
    found = {(one.role, one.unit_code): one for one in theirs}
    if not found:
        return []
    held = set(RoleGrant.objects.filter(live(), account=account).values_list("role", "unit_code"))
    return [found[key] for key in sorted(found) if key not in held]


def carry_over(*, by: Actor, account: Account, role: str, unit_code: str = "") -> None:
    """Granted anew to the account that is kept, as long as it was granted to the one that is gone."""
    theirs = the_one_left(account, role, unit_code)
    grant(by=by, account_id=account.pk, role=role, unit_code=unit_code, reason=CARRIED, ends_at=theirs.ends_at)


@transaction.atomic
def leave_behind(*, by: Actor, account: Account, role: str, unit_code: str = "") -> None:
    """It is not needed any more, by whichever of the records it was held; nor is it there again after a parting."""
    the_one_left(account, role, unit_code)
    for one in left_grants(account):
        if (one.role, one.unit_code) == (role, unit_code):
            revoke(by=by, account_id=one.account_id, role=role, unit_code=unit_code, reason=LEFT)


def the_one_left(account: Account, role: str, unit_code: str) -> RoleGrant:
    for one in left_to(account):
        if (one.role, one.unit_code) == (role, unit_code):
            return one
    raise NotFoundError(what=_("这个角色"))


@transaction.atomic
def revoke_ended(*, by: Actor) -> int:
    """What the date has ended is written down as revoked."""
    return write_down_ended(by, RoleGrant.objects.select_for_update(skip_locked=True))


def write_down_ended(by: Actor, grants: QuerySet[RoleGrant]) -> int:
    ended = list(grants.filter(revoked_at=None, ends_at__lte=now()).order_by("pk"))
    RoleGrant.objects.filter(pk__in=[one.pk for one in ended]).update(revoked_at=now())
    for one in ended:
        note(by, "identity.end_role", one.account_id, one.role, one.unit_code)
    return len(ended)


def note(
    by: Actor,
    action: str,
    account_id: int,
    role: str,
    unit_code: str,
    *,
    reason: str = "",
    ends_at: datetime | None = None,
) -> None:
    facts = {"role": role, "unit": unit_code} | ({"ends_at": ends_at.isoformat()} if ends_at else {})
    audit.record(by=by, action=action, target=f"account:{account_id}", reason=reason, facts=facts)
