"""What venues hear: the word of their processes, and who has left."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import gettext_noop

from nanhu.kernel.clock import now
from nanhu.kernel.draw.models import Draw
from nanhu.kernel.errors import CampusError
from nanhu.kernel.events import subscribe
from nanhu.platforms.flows.api import CaseClosed, TaskDone
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people
from nanhu.platforms.people.api import AffiliationEnded, PersonsMerged
from nanhu.services.venues.models import Application, Booking, DrawOrder, VenuePost, Waiting
from nanhu.services.venues.rules import IDLE
from nanhu.services.venues.services import booking, drawing, waiting
from nanhu.services.venues.services.holding import CLOCK
from nanhu.services.venues.services.telling import tell, tell_holders

log = structlog.get_logger()
PREFIX: Final = "venues."
IN_LINE: Final = (Waiting.State.WAITS, Waiting.State.OFFERED)


def application_of(case_id: int) -> Application | None:
    return Application.objects.filter(case_id=case_id).first()


@subscribe(CaseClosed, name="venues.hear_the_end")
def hear_the_end(events: Sequence[CaseClosed]) -> None:
    """Heard twice, the second finds nothing that is held."""
    for event in events:
        found = application_of(event.case_id) if event.definition.startswith(PREFIX) else None
        if found is not None:
            settle(found, event.outcome)


def settle(found: Application, outcome: str) -> None:
    match outcome:
        case "granted":
            booking.approve(found)
        case "refused":
            booking.refuse(found, Booking.State.REFUSED, _lazy("场地申请没有批准"))
        case "withdrawn":
            booking.refuse(found, Booking.State.CANCELLED, _lazy("场地申请已撤回"))
        case _:
            booking.refuse(found, Booking.State.RELEASED, _lazy("场地申请已终止"))


@subscribe(TaskDone, name="venues.hear_a_step")
def hear_a_step(events: Sequence[TaskDone]) -> None:
    """It is not idle: whoever decides next has a day of his own."""
    ours = [event.case_id for event in events if event.definition.startswith(PREFIX)]
    Application.objects.filter(case_id__in=ours).update(held_until=now() + IDLE)


def rekey_draws(*, kept_id: int, gone_id: int) -> None:
    """Before venues are locked, as where lots are drawn. Of two entries the kept one's counts; the other's wishes go while they may."""
    entered = DrawOrder.objects.filter(person=kept_id, venue_draw=OuterRef("venue_draw"))
    DrawOrder.objects.filter(~Exists(entered), person=gone_id).update(person=kept_id)
    twice = DrawOrder.objects.filter(person=gone_id, venue_draw__draw__state=Draw.State.OPEN)
    for one in twice.select_related("venue_draw__draw", "venue_draw__venue").order_by("pk"):
        alone(drawing.leave, by=CLOCK, person_id=gone_id, found=one.venue_draw)


@subscribe(PersonsMerged, name="venues.rekey")
def rekey_merged(events: Sequence[PersonsMerged]) -> None:
    for kept_id, gone_id in people.merges_that_stand(events):
        rekey_draws(kept_id=kept_id, gone_id=gone_id)
        for name in ("person", "sponsor", "technician"):
            Application.objects.filter(**{name: gone_id}).update(**{name: kept_id})
        same = Waiting.objects.filter(
            person=kept_id,
            state__in=IN_LINE,
            **{name: OuterRef(name) for name in ("venue", "begins_at", "ends_at")},
        )
        theirs = Waiting.objects.filter(person=gone_id)
        for one in theirs.filter(Exists(same), state__in=IN_LINE).order_by("venue", "pk"):
            waiting.leave(by=CLOCK, person_id=gone_id, waiting=one)
        theirs.update(person=kept_id)
        rekey_marks(kept=identity.account_of(kept_id), gone=identity.account_of(gone_id))


def rekey_marks(*, kept: identity.Account | None, gone: identity.Account | None) -> None:
    """Who marked somebody absent answers no objection by another account either; what he has answered so stays."""
    if kept is not None and gone is not None:
        Booking.objects.filter(marked_by=gone).exclude(answered_by=kept).update(marked_by=kept)


@subscribe(AffiliationEnded, name="venues.give_back_of_leavers")
def give_back_of_leavers(events: Sequence[AffiliationEnded]) -> None:
    """Whoever is of the school no more has no hours ahead of him; where he answered for another's or works there, that one is told."""
    cards = people.person_cards({event.person_id for event in events})
    gone = [one for one, card in cards.items() if not any(tie.is_live for tie in card.affiliations)]
    coming = Booking.objects.filter(state__in=[Booking.State.HELD, Booking.State.APPROVED], ends_at__gt=now())
    ordered = coming.select_related("venue", "application").order_by("venue", "pk")
    for one in ordered.filter(application__person__in=gone):
        alone(booking.cancel, by=CLOCK, booking=one, reason=gettext_noop("申请人已离校"))
    for waits in Waiting.objects.filter(person__in=gone, state__in=IN_LINE).order_by("venue", "pk"):
        alone(waiting.leave, by=CLOCK, person_id=waits.person_id, waiting=waits)
    for one in ordered.filter(Q(application__sponsor__in=gone) | Q(application__technician__in=gone)):
        tell(one, _lazy("负责人或技术员已离校，请联系场地管理单位换人"))
        tell_holders(one, VenuePost.Duty.FIRST, _lazy("负责人或技术员已离校"))


def alone(work: Callable[..., object], **given: Any) -> None:
    """One that fails hinders no other."""
    try:
        with transaction.atomic():
            work(**given)
    except CampusError:
        log.exception("venues.leaver_failed")
