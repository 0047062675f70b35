"""Stale claims: claims whose terminal never reported their end are ended by a periodic job, once."""

from datetime import timedelta

from django.db import transaction

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.events import publish
from nanhu.systems.card.funds.errors import ClaimResolvedError
from nanhu.systems.card.funds.events import FrozenFundsDue
from nanhu.systems.card.funds.models import CardReissue, Claimable, ClaimOrder
from nanhu.systems.card.funds.services.claims import WRITING, release

PATIENCE = timedelta(minutes=10)
MAKING_PATIENCE = timedelta(minutes=30)
BY = Actor.system("card.stale_claims")


def settle_stale(*, patience: timedelta = PATIENCE) -> int:
    """Free the sums no chip can have taken. An authorised write stays open and visible until the card is read again:
    only its counter knows. Returns how many were freed."""
    stale = ClaimOrder.objects.filter(state=WRITING, authorised_at="", begun_at__lt=now() - patience)
    return sum(is_freed(order) for order in stale.select_related("wallet").order_by("id"))


def abandon_stale(*, patience: timedelta = MAKING_PATIENCE) -> int:
    """Cards that a kiosk began to make and never reported: nothing has happened to the old ones."""
    stale = CardReissue.objects.filter(state=CardReissue.State.MAKING, begun_at__lt=now() - patience)
    return stale.update(state=CardReissue.State.ABANDONED, ended_at=now())


def is_freed(order: ClaimOrder) -> bool:
    try:
        return release(by=BY, order=order, settled_by=ClaimOrder.Settled.JOB).state != WRITING
    except ClaimResolvedError:
        return False


def tell_due() -> int:
    """Whose frozen money has waited long enough: told once, as an event that other rooms may pass on."""
    moment = now()
    with transaction.atomic():
        rows = (
            Claimable.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("wallet")
            .filter(
                source=Claimable.Source.FROZEN,
                state=Claimable.State.WAITING,
                due_told_at=None,
                available_at__lte=moment,
            )
        )
        due = list(rows.order_by("id")[:1000])
        Claimable.objects.filter(pk__in=[one.pk for one in due]).update(due_told_at=moment)
        publish(
            *(
                FrozenFundsDue(claimable_id=one.pk, person_id=one.wallet.person_id, amount_fen=one.left_fen)
                for one in due
            )
        )
        return len(due)
