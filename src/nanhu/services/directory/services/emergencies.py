"""Emergency numbers (应急电话) change by two people: one asks, another agrees, and until then the old one stands."""

from uuid import UUID

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.proposals import given
from nanhu.services.directory.errors import WaitsAlreadyError
from nanhu.services.directory.models import EmergencyChange, Phone
from nanhu.services.directory.services.keeping import locked, target_of, write

State = EmergencyChange.State


@transaction.atomic
def ask(*, by: Actor, token: UUID, phone: Phone, number: str, extension: str = "") -> EmergencyChange:
    """An empty number asks to take the phone away."""
    if known := EmergencyChange.known(by, token):
        return known
    found = locked(phone)
    if found.changes.filter(state=State.ASKED).exists():
        raise WaitsAlreadyError
    change = EmergencyChange.begun(
        by,
        token,
        phone=found,
        number=number,
        extension=extension,
        before=found.full_number,
    )
    audit.record(by=by, action="directory.ask_change", target=target_of(found), facts={"number": number})
    return change


@transaction.atomic
def approve(*, by: Actor, change: EmergencyChange) -> EmergencyChange:
    row = change.locked_in([State.ASKED])
    phone = locked(row.phone)
    row.decide(by, state=State.APPLIED)
    row.save()
    if row.number:
        phone.number, phone.extension = row.number, row.extension
    else:
        phone.removed_at = now()
    write(by, phone, "directory.approve_change")
    return row


@transaction.atomic
def refuse(*, by: Actor, change: EmergencyChange, answer: str) -> EmergencyChange:
    row = change.locked_in([State.ASKED])
    row.decide(by, state=State.REFUSED, answer=given(answer))
    row.save()
    audit.record(by=by, action="directory.refuse_change", target=target_of(row.phone), reason=row.answer)
    return row
