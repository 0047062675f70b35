"""Webhook events of what happens to cards, for the vendors it concerns: who blocked the card, and whom its holder gave consent. And consents
that one of two who were taken for one gave for the other."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from nanhu.kernel.actors import Actor
from nanhu.kernel.events import subscribe
from nanhu.platforms.openapi.api import Mode, Vendor, publish
from nanhu.platforms.people import api as people
from nanhu.platforms.people.api import PersonsParted
from nanhu.systems.card.events import CardLossCancelled, CardReportedLost
from nanhu.systems.card.models import Card, LossReport
from nanhu.systems.card.vendors import consents
from nanhu.systems.card.vendors.models import Consent, VendorBlock

BY = Actor.system("card.vendors")


@subscribe(CardReportedLost, name="card_vendors.publish_blocked")
def publish_blocked(events: Sequence[CardReportedLost]) -> None:
    for event in events:
        publish_state(event.card_id, event.person_id, "card.blocked")


@subscribe(CardLossCancelled, name="card_vendors.publish_unblocked")
def publish_unblocked(events: Sequence[CardLossCancelled]) -> None:
    for event in events:
        publish_state(event.card_id, event.person_id, "card.unblocked")


def blocks_of(report: LossReport) -> QuerySet[VendorBlock]:
    """Of this report, and of the one that its holder's own report took the place of."""
    replaced = Q(report__card=report.card_id, report__ended_at=report.reported_at)
    return VendorBlock.objects.filter(Q(report=report) | replaced)


def publish_state(card_id: int, person_id: int, kind: str) -> None:
    """Once for each loss report, to whoever it concerns."""
    card = Card.objects.get(pk=card_id)
    report = LossReport.objects.filter(card=card_id).order_by("-id").first()
    references = dict(Consent.objects.filter(person_id=person_id, ended_at=None).values_list("vendor", "reference"))
    blockers = set(blocks_of(report).values_list("vendor", flat=True)) if report else set()
    for vendor in Vendor.objects.filter(pk__in={*references, *blockers}):
        facts = {"card": str(card.public_id), "reference": references.get(vendor.pk, "")}
        key = f"{kind}:{report.public_id if report else card.public_id}"
        publish(vendor=vendor, mode=Mode.LIVE, kind=kind, key=key, facts=facts)


@subscribe(PersonsParted, name="card_vendors.end_doubtful_consents", at_once=True)
def end_doubtful_consents(events: Sequence[PersonsParted]) -> None:
    """In the transaction that parts them: no vendor charges a card for a moment longer by a word that may be another's, or against one."""
    for event in events:
        records = list(people.parted_records([event]))
        consents.end_refused(by=BY, records=records)
        for one in records:
            consents.end_doubtful(by=BY, person_id=one.person_id, since=one.since)
