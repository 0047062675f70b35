"""Delegations (委托): from a day to a day, for one process or all. They never chain, and nobody is delegated his own case."""

from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.attempts import refused_as
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.once import lock_key
from nanhu.kernel.proposals import given
from nanhu.kernel.ui import dates
from nanhu.platforms.flows.errors import DelegateRefusedError, DelegationDaysError, DelegationPastError
from nanhu.platforms.flows.models import Definition, Delegation
from nanhu.platforms.people import api as people

LONGEST: Final = timedelta(days=366)
GIVING: Final = "flows.delegate"
"""One at a time (`lock_key`), so that no circle is closed from two sides."""


def delegate(
    *,
    by: Actor,
    owner_id: int,
    delegate_id: int,
    definition: Definition | None,
    starts_on: date,
    ends_on: date,
    reason: str,
) -> Delegation:
    """What waits for the owner may be decided by the delegate, in his name, on these days."""
    why = given(reason)
    refuse_days(starts_on, ends_on)
    refuse_delegate(owner_id, delegate_id)
    with refused_as(
        DelegateRefusedError(reason=_("这几天已经委托了别人，先结束那一份")), by="flows_delegation_one_a_day"
    ):
        lock_key(GIVING)
        refuse_circle(owner_id, delegate_id, definition, starts_on, ends_on)
        made = Delegation.objects.create(
            owner_id=owner_id,
            delegate_id=delegate_id,
            definition=definition,
            starts_on=starts_on,
            ends_on=ends_on,
            reason=why,
            created_by_id=by.account_id,
        )
        target = f"delegation:{made.public_id}"
        audit.record(by=by, action="flows.delegate", target=target, reason=why, facts=facts_of(made))
        return made


def refuse_days(starts_on: date, ends_on: date) -> None:
    if starts_on < campus_today():
        raise DelegationPastError(day=dates.short_day(starts_on, campus_today().year))
    if not starts_on <= ends_on <= campus_today() + LONGEST:
        raise DelegationDaysError


def refuse_delegate(owner_id: int, delegate_id: int) -> None:
    card = people.person_card(delegate_id)
    if delegate_id == owner_id:
        raise DelegateRefusedError(reason=_("是您自己"))
    if card is None or not any(tie.is_live and tie.kind == "staff" for tie in card.affiliations):
        raise DelegateRefusedError(reason=_("不是在职教职工"))


def refuse_circle(
    owner_id: int, delegate_id: int, definition: Definition | None, starts_on: date, ends_on: date
) -> None:
    """Where the delegate's own work goes back to the owner on one of these days, over however many, none of them is there."""
    live = Delegation.objects.filter(ended_at=None, starts_on__lte=ends_on, ends_on__gte=starts_on)
    if definition is not None:
        live = live.filter(Q(definition=None) | Q(definition=definition))
    seen = reached = {delegate_id}
    while reached:
        reached = set(live.filter(owner_id__in=reached).values_list("delegate_id", flat=True)) - seen
        seen = seen | reached
        if owner_id in reached:
            raise DelegateRefusedError(reason=_("这几天里他的事又委托回到了您"))


@transaction.atomic
def end_delegation(*, by: Actor, owner_id: int, delegation: Delegation) -> None:
    """From now on. Another's is not there; twice is harmless."""
    locked = Delegation.objects.select_for_update().filter(pk=delegation.pk, owner_id=owner_id).first()
    if locked is None:
        raise NotFoundError(what=_("这份委托"))
    if locked.ended_at is None:
        end(by=by, found=locked)


@transaction.atomic
def end_doubtful(*, by: Actor, person_id: int, since: datetime | None) -> None:
    """Given by or to this person after `since` (None: ever), when he and another were taken for one: who of the two gave it, and who was
    meant, nobody can tell."""
    standing = Delegation.objects.filter(Q(owner_id=person_id) | Q(delegate_id=person_id), ended_at=None)
    for one in standing.filter(people.set_after(since)).select_for_update().order_by("pk"):
        end(by=by, found=one)


def end(*, by: Actor, found: Delegation) -> None:
    """Of one that is locked."""
    found.ended_at = now()
    found.save(update_fields=["ended_at"])
    target = f"delegation:{found.public_id}"
    audit.record(by=by, action="flows.end_delegation", target=target, facts=facts_of(found))


def facts_of(row: Delegation) -> dict[str, object]:
    return {
        "person_ids": [row.owner_id, row.delegate_id],
        "starts_on": str(row.starts_on),
        "ends_on": str(row.ends_on),
    }
