"""Suspending an account by decision (停用) and lifting that; people's own events neither lift nor forget it."""

from datetime import datetime

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.platforms.identity.errors import AlreadySuspendedError, NotSuspendedError, SuspensionEndsInThePastError
from nanhu.platforms.identity.lifecycle import accounts
from nanhu.platforms.identity.models import Account, Suspension


@transaction.atomic
def suspend(*, by: Actor, account_id: int, reason: str, until: datetime | None = None) -> None:
    """Stop the account at once: sessions end, applications hear of it."""
    account = Account.objects.select_for_update().get(pk=account_id)
    if until is not None and until <= now():
        raise SuspensionEndsInThePastError
    if account.state == Account.State.ENDED or Suspension.objects.filter(account=account, lifted_at=None).exists():
        raise AlreadySuspendedError
    Suspension.objects.create(account=account, reason=reason, suspended_by=by.name, until=until)
    if account.state != Account.State.SUSPENDED:
        accounts.move(by=by, account=account, state=Account.State.SUSPENDED, reason=reason)
    else:
        audit.record(by=by, action="identity.suspend", target=f"account:{account.pk}", reason=reason)


@transaction.atomic
def resume(*, by: Actor, account_id: int, reason: str) -> None:
    """Lift the decision; the account opens as far as what ties its person to the school allows."""
    account = Account.objects.select_for_update().get(pk=account_id)
    standing = Suspension.objects.filter(account=account, lifted_at=None)
    if not standing.update(lifted_at=now(), lifted_by=by.name, lift_reason=reason):
        raise NotSuspendedError
    audit.record(by=by, action="identity.resume", target=f"account:{account.pk}", reason=reason)
    if account.state == Account.State.SUSPENDED:
        accounts.move(by=by, account=account, state=accounts.state_in_life(account), reason=reason)
    accounts.follow_affiliations(by=by, person_ids=[account.person_id])


def resume_due(*, by: Actor) -> int:
    """Lift those whose end has come, each in a transaction of its own."""
    due = list(Suspension.objects.filter(lifted_at=None, until__lte=now()).values_list("account_id", flat=True))
    return sum(resumed(by=by, account_id=account_id) for account_id in due)


def resumed(*, by: Actor, account_id: int) -> bool:
    try:
        resume(by=by, account_id=account_id, reason="到期")
    except NotSuspendedError:  # another worker, or a clerk, was first
        return False
    return True
