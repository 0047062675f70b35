"""Money nobody claimed goes back to where it came from (退回), by the mirror of its entry."""

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.funds.errors import NotReturnableError
from nanhu.systems.card.funds.models import Claimable
from nanhu.systems.card.funds.services.pending import lock_funds

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
        return current
