"""Reporting a card lost (挂失) and taking the report back (解挂). Terminals refuse from the commit on."""

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.events import publish
from nanhu.systems.card.errors import CardStateError, ReasonMissingError
from nanhu.systems.card.events import CardLossCancelled, CardReportedLost
from nanhu.systems.card.models import Card


def report_lost(*, by: Actor, card: Card, reason: str) -> Card:
    """Reporting twice is harmless."""
    with transaction.atomic():
        locked = Card.objects.select_for_update().get(pk=card.pk)
        if locked.state == Card.State.LOST:
            return locked
        if locked.state != Card.State.ISSUED:
            raise CardStateError(state=Card.State(locked.state).label)
        locked.state = Card.State.LOST
        locked.lost_at = now()
        locked.save(update_fields=["state", "lost_at"])
        audit.record(by=by, action="card.report_lost", target=f"card:{locked.number}", reason=reason)
        publish(CardReportedLost(card_id=locked.pk, person_id=locked.person_id))
        return locked


def cancel_loss(*, by: Actor, card: Card, document: str, reason: str) -> Card:
    """At the counter only, after any valid document and the face were checked (ruling 9): who and why is recorded."""
    if not document.strip() or not reason.strip():
        raise ReasonMissingError
    with transaction.atomic():
        locked = Card.objects.select_for_update().get(pk=card.pk)
        if locked.state != Card.State.LOST or locked.lost_at is None:
            raise CardStateError(state=Card.State(locked.state).label)
        facts = {"document": document, "face_checked": True, "lost_at": locked.lost_at.isoformat()}
        locked.state = Card.State.ISSUED
        locked.lost_at = None
        locked.save(update_fields=["state", "lost_at"])
        audit.record(by=by, action="card.cancel_loss", target=f"card:{locked.number}", reason=reason, facts=facts)
        publish(CardLossCancelled(card_id=locked.pk, person_id=locked.person_id))
        return locked
