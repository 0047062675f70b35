"""What the desk reads about vendors."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import now
from nanhu.kernel.errors import NotFoundError
from nanhu.platforms.openapi.models import (
    ApiKey,
    Delivery,
    Mode,
    RateBucket,
    RequestLog,
    Vendor,
    Webhook,
    WebhookEvent,
)
from nanhu.platforms.openapi.services.rate_limits import subject_of


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyLine:
    """`state`: living, ending, ended, revoked."""

    key: ApiKey
    used: RateBucket | None
    state: str


def vendors() -> QuerySet[Vendor]:
    living = Q(keys__revoked_at=None) & (Q(keys__ends_at=None) | Q(keys__ends_at__gt=now()))
    last = RequestLog.objects.filter(vendor=OuterRef("pk")).order_by("-id").values("at")[:1]
    paused = Exists(Webhook.objects.filter(vendor=OuterRef("pk"), paused_at__isnull=False))
    found = Vendor.objects.annotate(living=Count("keys", filter=living), last_request=Subquery(last), is_paused=paused)
    return found.order_by("company")


def vendor_with(public_id: UUID) -> Vendor:
    found = Vendor.objects.filter(public_id=public_id).first()
    if found is None:
        raise NotFoundError(what=_("这家单位"))
    return found


def keys_of(vendor: Vendor) -> list[KeyLine]:
    keys = list(vendor.keys.order_by("-id")[:30])
    used = {one.subject: one for one in RateBucket.objects.filter(subject__in=[subject_of(key) for key in keys])}
    return [KeyLine(key=key, used=used.get(subject_of(key)), state=state_of(key)) for key in keys]


def state_of(key: ApiKey) -> str:
    if key.revoked_at is not None:
        return "revoked"
    if key.ends_at is None:
        return "living"
    return "ending" if key.ends_at > now() else "ended"


def requests_of(vendor: Vendor, *, mode: str = "", outcome: str = "") -> QuerySet[RequestLog]:
    rows = RequestLog.objects.filter(vendor=vendor).select_related("key").order_by("-id")
    rows = rows.filter(mode=mode) if mode in {"live", "test"} else rows
    if outcome == "good":
        return rows.filter(status__lt=400)
    return rows.filter(status__gte=400) if outcome == "bad" else rows


def refused_with(code: str, *, since: datetime) -> list[str]:
    """The companies whose live keys were refused with this code."""
    rows = RequestLog.objects.filter(code=code, mode=Mode.LIVE, at__gt=since)
    return sorted(rows.values_list("vendor__company", flat=True).distinct())


def events_of(vendor: Vendor) -> QuerySet[WebhookEvent]:
    deliveries = Prefetch("deliveries", Delivery.objects.order_by("id"))
    return WebhookEvent.objects.filter(vendor=vendor).prefetch_related(deliveries).order_by("-id")


def deliveries_of(vendor: Vendor, key_start: str) -> QuerySet[Delivery]:
    """Of the events whose key begins so, the newest first."""
    rows = Delivery.objects.filter(vendor=vendor, event__key__startswith=key_start)
    return rows.select_related("event").order_by("-id")


def paused_since(vendor: Vendor, mode: str) -> datetime | None:
    """Since when it is told nothing more, for it took nothing."""
    return Webhook.objects.filter(vendor=vendor, mode=mode, is_on=True).values_list("paused_at", flat=True).first()
