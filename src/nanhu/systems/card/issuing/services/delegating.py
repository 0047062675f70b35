"""Delegates of units (单位经办人、审批领导): named and relieved by the card office."""

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.proposals import given
from nanhu.kernel.remembered import Remembered
from nanhu.platforms.identity import api as identity
from nanhu.systems.card.issuing.errors import OwnDelegateError
from nanhu.systems.card.issuing.models import UnitDelegate


def name_delegate(*, by: Actor, unit_code: str, unit_name: str, person_id: int, role: str) -> UnitDelegate:
    """Whoever acts for the unit in this role already is left as he is. Raises OwnDelegateError to who names himself."""
    account = identity.account_of(person_id)
    if account is not None and account.pk == by.account_id:
        raise OwnDelegateError
    with transaction.atomic():
        delegate, is_new = UnitDelegate.objects.get_or_create(
            unit_code=unit_code,
            person_id=person_id,
            role=role,
            ended_at=None,
            defaults={"unit_name": unit_name, "named_by_name": by.name},
        )
        if is_new:
            record(by, "card.name_delegate", delegate)
        transaction.on_commit(acting.forget)
    return delegate


def relieve(*, by: Actor, delegate_id: int, reason: str) -> None:
    """Once: who acts no more is passed over."""
    said = given(reason)
    with transaction.atomic():
        delegate = UnitDelegate.objects.select_for_update().filter(pk=delegate_id, ended_at=None).first()
        if delegate is None:
            return
        delegate.ended_at = now()
        delegate.save(update_fields=["ended_at"])
        record(by, "card.end_delegate", delegate, reason=said)
        transaction.on_commit(acting.forget)


def record(by: Actor, action: str, delegate: UnitDelegate, *, reason: str = "") -> None:
    facts = {"unit": delegate.unit_code, "delegate": delegate.role}
    audit.record(by=by, action=action, target=f"person:{delegate.person_id}", facts=facts, reason=reason)


def read_acting() -> frozenset[int]:
    return frozenset(UnitDelegate.objects.filter(ended_at=None).values_list("person_id", flat=True))


acting = Remembered(read_acting, seconds=15)
"""Persons who act for a unit, for the menu of every page; what they may do is asked of the database each time."""
