"""What happens to cards, told to the vendors it concerns: who blocked the card, and whom its holder gave consent."""

from collections.abc import Sequence

from nanhu.kernel.events import subscribe
from nanhu.systems.card.events import CardLossCancelled, CardReportedLost
from nanhu.systems.card.fleet.models import LossReport
from nanhu.systems.card.models import Card
from nanhu.systems.card.vendors.models import Consent, Mode, Vendor, VendorBlock
from nanhu.systems.card.vendors.services import webhooks


@subscribe(CardReportedLost, name="card_vendors.tell_blocked")
def tell_blocked(events: Sequence[CardReportedLost]) -> None:
    for event in events:
        tell(event.card_id, event.person_id, "card.blocked")


@subscribe(CardLossCancelled, name="card_vendors.tell_unblocked")
def tell_unblocked(events: Sequence[CardLossCancelled]) -> None:
    for event in events:
        tell(event.card_id, event.person_id, "card.unblocked")


def tell(card_id: int, person_id: int, kind: str) -> None:
    """Once for each loss report, to whoever it concerns."""
    card = Card.objects.get(pk=card_id)
    report = LossReport.objects.filter(card=card_id).order_by("-id").first()
    references = dict(Consent.objects.filter(person_id=person_id, ended_at=None).values_list("vendor", "reference"))
    blockers = set(VendorBlock.objects.filter(report=report).values_list("vendor", flat=True))
    for vendor in Vendor.objects.filter(pk__in={*references, *blockers}):
        facts = {"card": str(card.public_id), "reference": references.get(vendor.pk, "")}
        key = f"{kind}:{report.public_id if report else card.public_id}"
        webhooks.tell(vendor=vendor, mode=Mode.LIVE, kind=kind, key=key, facts=facts)
