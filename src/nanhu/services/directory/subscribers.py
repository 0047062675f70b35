"""What the directory hears: duties that changed, records that were one person."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F

from nanhu.kernel.clock import now
from nanhu.kernel.events import subscribe
from nanhu.platforms.people import api as people
from nanhu.platforms.people.api import AffiliationEnded, PersonsMerged
from nanhu.services.directory.errors import OnDutyAlreadyError
from nanhu.services.directory.events import DutyChanged
from nanhu.services.directory.models import Duty, DutyExchange
from nanhu.services.directory.publishing import publish_duties
from nanhu.services.directory.services import mobiles
from nanhu.services.directory.services.duties import save_apart


@subscribe(DutyChanged, name="directory.publish_duties")
def publish_changed(_events: Sequence[DutyChanged]) -> None:
    publish_duties()


@subscribe(AffiliationEnded, name="directory.forget_mobiles")
def forget_mobiles(events: Sequence[AffiliationEnded]) -> None:
    mobiles.forget_who_left({event.person_id for event in events})


@subscribe(PersonsMerged, name="directory.rekey")
def rekey_merged(events: Sequence[PersonsMerged]) -> None:
    for kept_id, gone_id in people.merges_that_stand(events):
        with transaction.atomic():
            rekey(gone_id, kept_id)
            mobiles.rekey(gone_id, kept_id)


def rekey(gone_id: int, kept_id: int) -> None:
    """What would be in two places at once keeps the record that it had; an exchange with oneself is none."""
    for row in Duty.objects.filter(person=gone_id).order_by("pk"):
        row.person_id = kept_id
        try:
            save_apart(row)
        except OnDutyAlreadyError:
            continue
    waiting = DutyExchange.objects.filter(state=DutyExchange.State.OPEN)
    of_one = waiting.filter(author__in=[gone_id, kept_id], other__in=[gone_id, kept_id]).exclude(author=F("other"))
    of_one.update(state=DutyExchange.State.LAPSED, decided_at=now())
    DutyExchange.objects.filter(author=gone_id).exclude(other=kept_id).update(author=kept_id)
    DutyExchange.objects.filter(other=gone_id).exclude(author=kept_id).update(other=kept_id)
