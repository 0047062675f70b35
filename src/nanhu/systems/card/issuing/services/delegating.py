"""Delegates of units (单位经办人、审批领导): named and relieved by the card office."""

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.kit.records import found_in
from nanhu.kernel.proposals import given
from nanhu.kernel.remembered import Remembered
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people
from nanhu.systems.card.issuing.errors import LeaderNotOfUnitError, OwnDelegateError
from nanhu.systems.card.issuing.models import UnitDelegate


def name_delegate(*, by: Actor, unit_code: str, unit_name: str, person_id: int, role: str) -> UnitDelegate:
    """Whoever acts for the unit in this role already is left as he is. Nobody names himself; only staff of the unit, or of one
    above it, lead it."""
    account = identity.account_of(person_id)
    if account is not None and account.pk == by.account_id:
        raise OwnDelegateError
    if role == UnitDelegate.Role.LEADER and not is_staff_of(person_id, unit_code):
        name = people.person_cards([person_id])[person_id].name
        raise LeaderNotOfUnitError(name=name, unit=unit_name)
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


def is_staff_of(person_id: int, unit_code: str) -> bool:
    above = people.unit_codes_upwards(unit_code)
    ties = people.person_cards([person_id])[person_id].affiliations
    return any(tie.is_live and tie.kind == "staff" and tie.unit_code in above for tie in ties)


def relieve(*, by: Actor, delegate_id: int, reason: str) -> UnitDelegate:
    said = given(reason)
    with transaction.atomic():
        delegate = found_in(UnitDelegate.objects.select_for_update(), _("这项授权"), pk=delegate_id, ended_at=None)
        delegate.ended_at = now()
        delegate.save(update_fields=["ended_at"])
        record(by, "card.end_delegate", delegate, reason=said)
        transaction.on_commit(acting.forget)
    return delegate


def record(by: Actor, action: str, delegate: UnitDelegate, *, reason: str = "") -> None:
    facts = {"unit": delegate.unit_code, "delegate": delegate.role}
    audit.record(by=by, action=action, target=f"person:{delegate.person_id}", facts=facts, reason=reason)


def read_acting() -> frozenset[int]:
    return frozenset(UnitDelegate.objects.filter(ended_at=None).values_list("person_id", flat=True))


acting = Remembered(read_acting, seconds=15)
"""Persons who act for a unit, for the menu of every page; what they may do is asked of the database each time."""
