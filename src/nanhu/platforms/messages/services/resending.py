"""The office sends once more what did not arrive."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit, clock
from nanhu.kernel.actors import Actor
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.retries import wake
from nanhu.platforms.messages.errors import MessageNotFoundError
from nanhu.platforms.messages.models import Delivery, Parcel
from nanhu.platforms.messages.services.handing import CHANNEL

State = Delivery.State


@transaction.atomic
def send_again(*, by: Actor, number: int) -> None:
    """By the same channel, and under the same number of its batch: what arrived after all arrives once."""
    found = Delivery.objects.select_for_update().filter(pk=number).first()
    if found is None:
        raise MessageNotFoundError
    if found.state != State.FAILED:
        raise WrongStateError(what=_("这一条"), state=found.get_state_display())
    moment = clock.now()
    Delivery.objects.filter(pk=number).update(state=State.QUEUED, reason="", changed_at=moment)
    Parcel.objects.filter(pk=found.parcel_id).update(due_at=moment, attempts=0, error="")
    audit.record(by=by, action="messages.send_again", target=f"delivery:{number}")
    wake(CHANNEL)
