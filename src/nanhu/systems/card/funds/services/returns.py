"""Money nobody claimed goes back to where it came from (退回), by the mirror of its entry."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.events import publish
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.funds.errors import NotReturnableError
from nanhu.systems.card.funds.events import ClaimableReturned
from nanhu.systems.card.funds.models import Claimable
from nanhu.systems.card.funds.policy import unclaimed_return_days
from nanhu.systems.card.funds.services.pending import lock_funds
from nanhu.systems.card.funds.services.stale_claims import BY

FROM_BANKS = (Claimable.Source.LOAD, Claimable.Source.ONLINE_TOP_UP)
WAITING, RETURNED = Claimable.State.WAITING, Claimable.State.RETURNED


def return_claimable(*, by: Actor, claimable: Claimable, reason: str) -> Claimable:
    """Returned twice is returned once. A frozen sum is its holder's own and never goes back to a card that is dead."""
    with transaction.atomic():
        lock_funds(claimable.wallet)
        current = Claimable.objects.select_for_update(of=("self",)).select_related("wallet").get(pk=claimable.pk)
        if current.state == RETURNED:
            return current
        if current.state != WAITING or current.source == Claimable.Source.FROZEN:
            raise NotReturnableError(state=Claimable.State(current.state).label)
        mirror = ledger.reverse(by=by, entry_id=current.entry_id, reason=reason)
        current.state, current.ended_at, current.return_entry_id = RETURNED, now(), mirror.entry_id
        current.save(update_fields=["state", "ended_at", "return_entry_id"])
        facts = {"fen": current.amount_fen, "claimable": current.pk, "entry": mirror.entry_id}
        audit.record(
            by=by, action="card.return_claimable", target=f"wallet:{current.wallet_id}", reason=reason, facts=facts
        )
        publish(
            ClaimableReturned(
                claimable_id=current.pk,
                key=current.key,
                source=current.source,
                reference=current.reference,
                amount_fen=current.amount_fen,
                wallet_id=current.wallet_id,
            )
        )
        return current


def return_overdue() -> int:
    """What its batch let expire, and, where the school chose so, loads and top-ups nobody claimed for days."""
    moment = now()
    overdue = Q(expires_at__lte=moment)
    days = unclaimed_return_days()
    if days:
        overdue |= Q(source__in=FROM_BANKS, created_at__lte=moment - timedelta(days=days))
    rows = Claimable.objects.filter(overdue, state=WAITING).exclude(source=Claimable.Source.FROZEN)
    return sum(is_returned(one) for one in rows.select_related("wallet").order_by("id").iterator(chunk_size=500))


def is_returned(claimable: Claimable) -> bool:
    """Somebody may be claiming it this moment."""
    reason = _("逾期未领") if claimable.expires_at else _("超过期限未领，退回原处")
    try:
        return_claimable(by=BY, claimable=claimable, reason=reason)
    except NotReturnableError:
        return False
    return True
