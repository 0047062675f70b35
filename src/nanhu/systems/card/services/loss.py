"""Reporting a card lost (挂失) and taking the report back (解挂). Terminals refuse from the commit on.

The revocation list follows by triggers of the database; a report and its end are kept in `card_loss_report`.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_time, now
from nanhu.kernel.events import publish
from nanhu.kernel.proposals import given
from nanhu.kernel.school import school
from nanhu.platforms.identity import api as identity
from nanhu.systems.card.errors import CardStateError, CoolOffError, IdentityUncheckedError
from nanhu.systems.card.events import CardLossCancelled, CardReportedLost
from nanhu.systems.card.models import Card, LossReport

SIGNED_IN = "signed in"
SECOND_FACTOR = "second factor"
MOST_MINUTES = 527_040
"""A year."""


def report_lost(*, by: Actor, card: Card, reason: str, way: str = LossReport.Way.WEB, proof: str = SIGNED_IN) -> Card:
    """Reporting twice is harmless. `proof`: how we know who reports (signed in, enquiry PIN, document, answers).

    A vendor's block does not stand in for the holder's report: it ends with this one, and its vendor lifts nothing more.
    """
    given(reason)
    given(proof)
    with transaction.atomic():
        locked = Card.objects.select_for_update().get(pk=card.pk)
        if locked.state == Card.State.LOST and (way == LossReport.Way.VENDOR or not is_vendors_block(locked)):
            return locked
        if locked.state not in {Card.State.ISSUED, Card.State.LOST}:
            raise CardStateError(state=Card.State(locked.state).label)
        locked.state = Card.State.LOST
        locked.lost_at = now()
        locked.save(update_fields=["state", "lost_at"])
        close_reports(card=locked, by=by, reason="superseded", at=locked.lost_at)
        LossReport.objects.create(
            card=locked, way=way, reason=reason, proof=proof, reporter=by.name, reported_at=locked.lost_at
        )
        facts = {"way": str(way), "proof": proof}
        audit.record(by=by, action="card.report_lost", target=f"card:{locked.number}", reason=reason, facts=facts)
        publish(CardReportedLost(card_id=locked.pk, person_id=locked.person_id))
        return locked


def is_vendors_block(card: Card) -> bool:
    """Whether a vendor alone keeps this card from paying: its holder has reported nothing yet, and may."""
    return LossReport.objects.filter(card=card, ended_at__isnull=True, way=LossReport.Way.VENDOR).exists()


def may_be_reported(card: Card) -> bool:
    return card.state == Card.State.ISSUED or (card.state == Card.State.LOST and is_vendors_block(card))


def close_reports(*, card: Card, by: Actor, reason: str, document: str = "", at: datetime | None = None) -> None:
    LossReport.objects.filter(card=card, ended_at__isnull=True).update(
        ended_at=at or now(), ended_by=by.name, ended_for=reason, document=document
    )


def cool_off() -> timedelta:
    """How long a report stands before it can be taken back; none unless the school wants it ([card] loss_cool_off_minutes)."""
    return timedelta(minutes=school().table("card").whole("loss_cool_off_minutes", 0, most=MOST_MINUTES))


def may_holder_cancel() -> bool:
    """Whether the school lets holders take their own report back on line ([card] loss_self_service; no unless it says so)."""
    return school().table("card").yes("loss_self_service", usual=False)


def cancel_own_loss(*, by: Actor, card: Card) -> Card:
    """The holder has the card again and proved it is them by a second factor, which whoever calls has checked."""
    with transaction.atomic():
        found = end_loss(by=by, card=card, reason=gettext_noop("本人在网页上解挂"), proof=SECOND_FACTOR)
        account = identity.account_of(card.person_id)
        if account is not None:
            text = _("您尾号 %(tail)s 的校园卡刚在网页上解挂，又可以消费了。不是您本人，请立即挂失并修改密码。")
            identity.notify_account(account=account, text=text % {"tail": card.number[-4:]})
        return found


def cancel_loss(*, by: Actor, card: Card, document: str, face_checked: bool, reason: str) -> Card:
    """At the counter, after any valid document and the face were checked (ruling 9): who and why is recorded."""
    if not document.strip() or not face_checked:
        raise IdentityUncheckedError
    return end_loss(by=by, card=card, reason=reason, document=document, face_checked=face_checked)


def end_loss(
    *, by: Actor, card: Card, reason: str, document: str = "", face_checked: bool = False, proof: str = ""
) -> Card:
    """Whoever calls has shown why they may; the audit says of document, face and proof only what the caller checked."""
    given(reason)
    with transaction.atomic():
        locked = Card.objects.select_for_update().get(pk=card.pk)
        if locked.state != Card.State.LOST or locked.lost_at is None:
            raise CardStateError(state=Card.State(locked.state).label)
        until = locked.lost_at + cool_off()
        if now() < until:
            raise CoolOffError(until=f"{campus_time(until):%H:%M}")
        facts = {"document": document, "face_checked": face_checked, "lost_at": locked.lost_at.isoformat()}
        facts |= {"proof": proof} if proof else {}
        locked.state = Card.State.ISSUED
        locked.lost_at = None
        locked.save(update_fields=["state", "lost_at"])
        close_reports(card=locked, by=by, reason=reason, document=document)
        audit.record(by=by, action="card.cancel_loss", target=f"card:{locked.number}", reason=reason, facts=facts)
        publish(CardLossCancelled(card_id=locked.pk, person_id=locked.person_id))
        return locked
