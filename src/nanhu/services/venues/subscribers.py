"""What venues hear: the word of their processes, and who has left."""

from collections.abc import Sequence
from typing import Final

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from nanhu.kernel.clock import now
from nanhu.kernel.events import subscribe
from nanhu.platforms.flows.api import CaseClosed, TaskDone
from nanhu.platforms.people import api as people
from nanhu.platforms.people.api import AffiliationEnded, PersonsMerged
from nanhu.services.venues.models import Application, Booking, Waiting
from nanhu.services.venues.rules import IDLE
from nanhu.services.venues.services import booking, waiting
from nanhu.services.venues.services.holding import CLOCK

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
            booking.refuse(found, Booking.State.REFUSED, _("场地申请没有批准"))
        case "withdrawn":
            booking.refuse(found, Booking.State.CANCELLED, _("场地申请已撤回"))
        case _:
            booking.refuse(found, Booking.State.RELEASED, _("场地申请已终止"))


@subscribe(TaskDone, name="venues.hear_a_step")
def hear_a_step(events: Sequence[TaskDone]) -> None:
    """It is not idle: whoever decides next has a day of his own."""
    ours = [event.case_id for event in events if event.definition.startswith(PREFIX)]
    Application.objects.filter(case_id__in=ours).update(held_until=now() + IDLE)


@subscribe(PersonsMerged, name="venues.rekey")
def rekey_merged(events: Sequence[PersonsMerged]) -> None:
    for event in events:
        for name in ("person", "sponsor", "technician"):
            Application.objects.filter(**{name: event.gone_id}).update(**{name: event.kept_id})
        same = Waiting.objects.filter(
            person=event.kept_id, state__in=IN_LINE, venue=OuterRef("venue"), begins_at=OuterRef("begins_at")
        )
        theirs = Waiting.objects.filter(person=event.gone_id)
        theirs.filter(Exists(same), state__in=IN_LINE).update(state=Waiting.State.LEFT)
        theirs.update(person=event.kept_id)


@subscribe(AffiliationEnded, name="venues.give_back_of_leavers")
def give_back_of_leavers(events: Sequence[AffiliationEnded]) -> None:
    """Whoever is of the school no more has no hours ahead of him."""
    cards = people.person_cards({event.person_id for event in events})
    gone = [one for one, card in cards.items() if not any(tie.is_live for tie in card.affiliations)]
    coming = Booking.objects.filter(
        application__person__in=gone, state__in=[Booking.State.HELD, Booking.State.APPROVED], ends_at__gt=now()
    )
    for one in coming.order_by("pk"):
        booking.cancel(by=CLOCK, booking=one, reason=_("申请人已离校"))
    for waits in Waiting.objects.filter(person__in=gone, state__in=IN_LINE).order_by("pk"):
        waiting.leave(by=CLOCK, person_id=waits.person_id, waiting=waits)
