"""A holder's consent to be charged by a vendor without a code: given and taken back on the holder's own page."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.platforms.openapi.api import Mode, Vendor, publish
from nanhu.platforms.people import api as people
from nanhu.platforms.people.api import PartedRecord
from nanhu.systems.card.models import Wallet
from nanhu.systems.card.vendors.models import Consent


@transaction.atomic
def give(*, by: Actor, vendor: Vendor, person_id: int, most_fen: int, reference: str) -> Consent:
    """A new consent ends the one before it."""
    Wallet.objects.select_for_update(no_key=True).get(person_id=person_id)
    for earlier in Consent.objects.filter(vendor=vendor, person_id=person_id, ended_at=None):
        end(by=by, consent=earlier)
    consent = Consent.objects.create(vendor=vendor, person_id=person_id, most_fen=most_fen, reference=reference)
    facts = {"vendor": vendor.company, "most_fen": most_fen}
    audit.record(by=by, action="card.vendor_consent", target=f"person:{person_id}", facts=facts)
    publish(
        vendor=vendor,
        mode=Mode.LIVE,
        kind="consent.granted",
        key=f"consent:{consent.public_id}:granted",
        facts=body_of(consent),
    )
    return consent


@transaction.atomic
def end(*, by: Actor, consent: Consent) -> None:
    """From the commit on no payment is taken by it. Ending twice is harmless. Its vendor is not held: a payment holds that one first."""
    current = Consent.objects.select_for_update(of=("self",)).select_related("vendor").get(pk=consent.pk)
    if current.ended_at is not None:
        return
    current.ended_at = now()
    current.save(update_fields=["ended_at"])
    facts = {"vendor": current.vendor.company}
    audit.record(by=by, action="card.vendor_consent_ended", target=f"person:{current.person_id}", facts=facts)
    publish(
        vendor=current.vendor,
        mode=Mode.LIVE,
        kind="consent.ended",
        key=f"consent:{current.public_id}:ended",
        facts=body_of(current),
    )


@transaction.atomic
def end_doubtful(*, by: Actor, person_id: int, since: datetime | None) -> None:
    """Given after `since` (None: ever), when this person and another were taken for one: the other may have let the vendor charge him."""
    given = Consent.objects.filter(people.set_after(since), person_id=person_id, ended_at=None)
    for consent in given.order_by("pk"):
        end(by=by, consent=consent)


@transaction.atomic
def end_refused(*, by: Actor, records: Sequence[PartedRecord]) -> None:
    """Whom one of the two took a consent back from while they were taken for one charges neither of them, until he is asked anew."""
    refused = Q()
    for one in records:
        refused |= Q(people.ended_between(one, "ended_at"), person_id=one.person_id)
    vendors = Consent.objects.filter(refused).values("vendor")
    whose = [one.person_id for one in records]
    for consent in Consent.objects.filter(vendor__in=vendors, person_id__in=whose, ended_at=None).order_by("pk"):
        end(by=by, consent=consent)


def body_of(consent: Consent) -> dict[str, object]:
    state = "ended" if consent.ended_at else "active"
    return {
        "object": "consent",
        "id": str(consent.public_id),
        "mode": "live",
        "state": state,
        "reference": consent.reference,
        "most_fen": consent.most_fen,
        "created_at": consent.created_at.isoformat(timespec="seconds"),
    }


def consents_of(person_id: int) -> QuerySet[Consent]:
    """The living first."""
    return Consent.objects.filter(person_id=person_id).select_related("vendor").order_by("ended_at", "-id")
