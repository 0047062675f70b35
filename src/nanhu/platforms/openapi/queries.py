"""What the desk and the holder read about vendors."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max, Prefetch, Q, QuerySet

from nanhu.kernel.clock import now
from nanhu.systems.card.vendors.errors import VendorNotFoundError
from nanhu.systems.card.vendors.models import (
    ApiCall,
    Bucket,
    Consent,
    Delivery,
    Vendor,
    VendorKey,
    WebhookEvent,
)
from nanhu.systems.card.vendors.services.buckets import subject_of


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyLine:
    """`state`: living, ending, ended, revoked."""

    key: VendorKey
    used: Bucket | None
    state: str


def vendors() -> QuerySet[Vendor]:
    living = Q(keys__revoked_at=None) & (Q(keys__ends_at=None) | Q(keys__ends_at__gt=now()))
    return Vendor.objects.annotate(
        living=Count("keys", filter=living, distinct=True),
        shops=Count("merchants", filter=Q(merchants__is_on=True), distinct=True),
    ).order_by("company")


def last_calls() -> dict[int, datetime]:
    return dict(ApiCall.objects.values_list("vendor").annotate(last=Max("at")))


def vendor_with(public_id: UUID) -> Vendor:
    found = Vendor.objects.filter(public_id=public_id).first()
    if found is None:
        raise VendorNotFoundError
    return found


def keys_of(vendor: Vendor) -> list[KeyLine]:
    keys = list(vendor.keys.order_by("-id")[:30])
    used = {one.subject: one for one in Bucket.objects.filter(subject__in=[subject_of(key) for key in keys])}
    return [KeyLine(key=key, used=used.get(subject_of(key)), state=state_of(key)) for key in keys]


def state_of(key: VendorKey) -> str:
    if key.revoked_at is not None:
        return "revoked"
    if key.ends_at is None:
        return "living"
    return "ending" if key.ends_at > now() else "ended"


def calls_of(vendor: Vendor, *, mode: str = "", outcome: str = "") -> QuerySet[ApiCall]:
    rows = ApiCall.objects.filter(vendor=vendor).select_related("key").order_by("-id")
    rows = rows.filter(mode=mode) if mode in {"live", "test"} else rows
    if outcome == "good":
        return rows.filter(status__lt=400)
    return rows.filter(status__gte=400) if outcome == "bad" else rows


def events_of(vendor: Vendor) -> QuerySet[WebhookEvent]:
    deliveries = Prefetch("deliveries", Delivery.objects.order_by("id"))
    return WebhookEvent.objects.filter(vendor=vendor).prefetch_related(deliveries).order_by("-id")


def consents_of(person_id: int) -> QuerySet[Consent]:
    living_first = Consent.objects.filter(person_id=person_id).select_related("vendor")
    return living_first.order_by("ended_at", "-id")
